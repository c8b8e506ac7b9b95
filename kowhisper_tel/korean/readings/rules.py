"""Which expander has which rule of the verbaliser. A rule that is not here has one reading only."""

from __future__ import annotations

from kowhisper_tel.korean.readings.amounts import amount
from kowhisper_tel.korean.readings.codes import expiry, groups, hyphened, lot, plate
from kowhisper_tel.korean.readings.dates import clock, date, day, half_of_the_day, months, short_year, year_and_month
from kowhisper_tel.korean.readings.latin import address, basement, english_ordinal, letters, quarter
from kowhisper_tel.korean.readings.signs import countdown, fraction, named_day, sign, sum_of_two, version, versus
from kowhisper_tel.korean.readings.written import Expander

EXPANDERS: dict[str, Expander] = {
    **dict.fromkeys(("counted", "ordinal", "range", "unit", "percent", "money", "number", "section", "hours"), amount),
    **dict.fromkeys(
        (
            "masked number", "rest of a masked number", "digit groups", "phone", "spaced phone",
            "spaced service number", "spaced card", "mobile", "service number", "short code",
            "code", "leading zero", "left digits",
            "international phone", "area code", "long number",
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
    "dotted letters": letters,
    "ranked": letters,
    "generation": groups,
    "lettered code": letters,
    "address": address,
    "english ordinal": english_ordinal,
    "quarter": quarter,
    "hyphened": hyphened,
    "expiry": expiry,
    "year and month": year_and_month,
    "short year": short_year,
    "day": day,
    "months": months,
    "half of the day": half_of_the_day,
    "version": version,
    "countdown": countdown,
    **dict.fromkeys(("sign", "operator", "equals", "plus", "till"), sign),
}  # fmt: skip
