"""Signs that are said: fractions, sums and scores, and those that stand in the text between (#, *, &, @)."""

from __future__ import annotations

import re

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
    "=": ("는", "은"),
}
"""What signs are called that stand by themselves; they may be left out, as the scoring form does."""

BESIDE_READINGS = {"-": BETWEEN[1:], "/": ("슬래시",), ".": ("점", "닷", "쩜"), "_": ("언더바",), ":": ("대",)}
"""Signs that are said only between two pieces that are read."""


def fraction(written: Written) -> Slots | None:
    """A fraction; with a stroke, a day of the year too (3/15)."""
    found = [int(figures) for figures in re.findall(r"[0-9]+", written.text)]
    if len(found) != 2:
        return None
    if "분" in written.text:
        return row(sino(found[0]), "분의", sino(found[1]))
    upper, lower = found
    said = row(sino(lower), "분의", sino(upper))
    day = month_and_day(upper, lower) if (upper, lower) not in COMMON_FRACTIONS else None
    return either(said, day) if day else said


def sum_of_two(written: Written) -> Slots | None:
    """A sum, or an offer: 이 더하기 일, 투 플러스 원."""
    found = re.findall(r"[0-9]+", written.text)
    if len(found) != 2:
        return None
    ways = [either(sino(int(one)), english(int(one))) if int(one) < 20 else sino(int(one)) for one in found]
    return row(ways[0], ("더하기", "플러스"), ways[1])


def versus(written: Written) -> Slots | None:
    """A score or a ratio: 삼 대 이."""
    found = re.findall(r"[0-9]+", written.text)
    return row(sino(int(found[0])), "대", sino(int(found[1]))) if len(found) == 2 else None


def named_day(written: Written) -> Slots:
    """A day that is called by its numbers: 육이오, 사일구."""
    first, *others = re.findall(r"[0-9]+", written.text)
    return row(sino(int(first)), *(either(digits(other), sino(int(other))) for other in others))
