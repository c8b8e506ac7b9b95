"""Which expander has which rule of the verbaliser. A rule that is not here has one reading only."""

from __future__ import annotations

from kowhisper_tel.korean.readings.amounts import amount
from kowhisper_tel.korean.readings.codes import groups, lot, plate
from kowhisper_tel.korean.readings.dates import clock, date
from kowhisper_tel.korean.readings.latin import basement, letters
from kowhisper_tel.korean.readings.signs import fraction, named_day, sum_of_two, versus
from kowhisper_tel.korean.readings.written import Expander

EXPANDERS: dict[str, Expander] = {
    **dict.fromkeys(("counted", "ordinal", "range", "unit", "percent", "money", "number"), amount),
    **dict.fromkeys(
        (
            "masked number", "rest of a masked number", "digit groups", "phone", "spaced phone",
            "spaced service number", "spaced card", "mobile", "service number", "short code",
            "code", "leading zero", "left digits",
        ),
        groups,
    ),
    "lot number": lot,
    "number plate": plate,
    **dict.fromkeys(("date", "spaced date", "short date"), date),
    "clock": clock,
    "fraction": fraction,
    "sum": sum_of_two,
    **dict.fromkeys(("score", "ratio", "one to one"), versus),
    "named day": named_day,
    **dict.fromkeys(("letters", "letters and number", "number and letters"), letters),
    "basement": basement,
}  # fmt: skip
