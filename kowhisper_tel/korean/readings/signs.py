"""Signs that are said: fractions, sums and scores, and those that stand in the text between (#, *, &, @)."""

from __future__ import annotations

from kowhisper_tel.korean.readings.amounts import UP_TO
from kowhisper_tel.korean.readings.codes import BETWEEN
from kowhisper_tel.korean.readings.dates import month_and_day
from kowhisper_tel.korean.readings.numerals import digits, english, sino
from kowhisper_tel.korean.readings.slots import Slots, either, row
from kowhisper_tel.korean.readings.written import Written

COMMON_FRACTIONS = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4)})
"""Not taken for days of the year."""

ANYWHERE = {
    "&": ("앤", "앤드", "엔", "및"),
    "#": ("샵", "샾", "우물정", "우물정자"),
    "@": ("골뱅이", "앳", "엣"),
    "*": ("별", "별표"),
    "+": ("플러스", "더하기"),
    "×": ("곱하기", "엑스"),
    "%": ("퍼센트", "프로", "퍼"),
    "~": UP_TO[:2],
    "(주)": ("주식회사", ""),
}
"""What signs are called that stand by themselves; they may be left out, as the scoring form does."""

BESIDE_READINGS = {"-": BETWEEN[1:], "/": ("슬래시",), ".": ("점", "닷", "쩜"), "_": ("언더바",), ":": ("대",)}
"""Signs that are said only between two pieces that are read."""


SPOKEN_SIGNS = {
    "㈜": ("주식회사", "주", ""),
    "№": ("넘버", "번호"),
    "×": ("곱하기", "엑스"),
    "x": ("곱하기", "엑스"),
    "X": ("곱하기", "엑스"),
    "÷": ("나누기",),
    "=": ("은", "는", "이퀄"),
    "+": ("플러스", "더하기", ""),
    "-": ("마이너스", "다시"),
    "~": UP_TO,
}
"""What signs are called that the verbaliser reads."""


def fraction(written: Written) -> Slots | None:
    """A fraction; with a stroke also two numbers (120/80), a quarter (1/4분기) or a day of the year (3/15)."""
    found = [int(figures) for figures in written.numbers()]
    if len(found) != 2:
        return None
    if "분" in written.text:
        return row(sino(found[0]), "분의", sino(found[1]))
    upper, lower = found
    is_quarter = lower == 4 and written.after.startswith("분기")
    said = row(sino(lower), "분의", sino(upper))
    if (upper, lower) in COMMON_FRACTIONS and not is_quarter:
        return said
    quarter = row(sino(upper), sino(lower)) if is_quarter else said
    day = month_and_day(upper, lower) or said
    return either(said, quarter, day, row(sino(upper), ("에", "대", "슬래시"), sino(lower)))


def sum_of_two(written: Written) -> Slots | None:
    """A sum, or an offer: 이 더하기 일, 투 플러스 원."""
    found = written.numbers()
    if len(found) != 2:
        return None
    ways = [either(sino(int(one)), english(int(one))) if int(one) < 20 else sino(int(one)) for one in found]
    return row(ways[0], ("더하기", "플러스"), ways[1])


def versus(written: Written) -> Slots | None:
    """A score or a ratio: 삼 대 이."""
    found = written.numbers()
    return row(sino(int(found[0])), "대", sino(int(found[1]))) if len(found) == 2 else None


def named_day(written: Written) -> Slots:
    """A day that is called by its numbers: 육이오, 사일구."""
    first, *others = written.numbers()
    return row(sino(int(first)), *(either(digits(other), sino(int(other))) for other in others))


def version(written: Written) -> Slots:
    """Numbers with points between: 일 점 이 점 삼."""
    first, *others = (either(sino(int(part)), digits(part)) for part in written.text.split("."))
    return row(first, *(row(("점", "쩜", ""), other) for other in others))


def countdown(written: Written) -> Slots:
    """Days to go: 디 마이너스 칠, 디 칠."""
    number = int(written.numbers()[0])
    return row("디", (*SPOKEN_SIGNS[written.text[1]], "", "데이"), sino(number))


def sign(written: Written) -> Slots | None:
    """A sign that a rule reads, with its other names."""
    names = SPOKEN_SIGNS.get(written.text.strip())
    return row(names) if names else None
