"""Dates and times of day: 이천이십사 년 삼월 십오 일, 이천이십사 점 공삼 점 일오; 두 시 반, 이 대 삼십."""

from __future__ import annotations

import re

from kowhisper_tel.korean.readings.amounts import UNTIL, UP_TO
from kowhisper_tel.korean.readings.counting import numerals
from kowhisper_tel.korean.readings.numerals import digits, sino
from kowhisper_tel.korean.readings.slots import Slots, either, flat, row
from kowhisper_tel.korean.readings.written import Written
from kowhisper_tel.korean.verbalise.rules.calendar import MONTHS

SIGNS = {".": ("점", "쩜"), "-": ("다시", "대시", "에"), "/": ("슬래시",)}
"""How the signs between the parts of a date are said, where they are."""

_CENTURY_FROM = 40
"""A year in two digits from here on is of the last century."""


def date(written: Written) -> Slots | None:
    """A date in digits: as a date, or as its numbers with the signs between."""
    parts = written.numbers()
    signs = re.findall(r"[./-]", written.text)
    if len(parts) != 3 or int(parts[1]) not in MONTHS:
        return None
    year, month, day = parts
    as_date = row(_year(year), "년", MONTHS[int(month)], sino(int(day)), "일")
    between = SIGNS.get(signs[0] if signs else "", ("",))
    numbers = [either(sino(int(part)), digits(part)) for part in parts]
    return either(as_date, row(numbers[0], between, numbers[1], between, numbers[2], _unit(written)))


def _unit(written: Written) -> Slots:
    """The unit that is written behind the last number, where there is one (2024.3.15일)."""
    return row(re.sub(r"[^가-힣]", "", written.text[-1]))


def _year(year: str) -> Slots:
    if len(year) == 4:
        return sino(int(year))
    century = 1900 if int(year) >= _CENTURY_FROM else 2000
    return either(sino(int(year)), digits(year), sino(century + int(year)))


def birth(figures: str) -> Slots | None:
    """Six or eight digits as a day of birth (900101: 구십 년 일월 일 일), where they are one."""
    match = re.fullmatch(r"((?:19|20)?[0-9]{2})([0-9]{2})([0-9]{2})", figures)
    if not match or int(match[2]) not in MONTHS or not 1 <= int(match[3]) <= 31:
        return None
    return row(_year(match[1]), "년", MONTHS[int(match[2])], sino(int(match[3])), "일")


def month_and_day(upper: int, lower: int) -> Slots | None:
    """Two numbers with a stroke between as a day of the year (3/15: 삼월 십오 일), where they are one."""
    return row(MONTHS[upper], sino(lower), "일") if upper in MONTHS and 1 <= lower <= 31 else None


def year_and_month(written: Written) -> Slots | None:
    """A year and a month: 이천이십사 년 삼월, 이천이십사 점 공삼."""
    numbers = written.numbers()
    if len(numbers) != 2 or int(numbers[1]) not in MONTHS:
        return None
    year, month = numbers
    as_date = row(_year(year), "년", MONTHS[int(month)])
    between = SIGNS.get(re.sub(r"[0-9\s월]", "", written.text)[:1], ("",))
    return (
        as_date
        if "월" in written.text
        else either(as_date, row(sino(int(year)), between, either(sino(int(month)), digits(month))))
    )


def short_year(written: Written) -> Slots:
    """A year in two digits behind an apostrophe: 이십사 년, 이천이십사 년."""
    return row(_year(written.numbers()[0]), "년")


def day(written: Written) -> Slots | None:
    """A month and a day with a stroke or a point: 삼월 십오 일, 삼 점 십오, 십오분의 삼."""
    numbers = written.numbers()
    if len(numbers) != 2:
        return None
    month, number = map(int, numbers)
    between = SIGNS["/" if "/" in written.text else "."]
    as_date = month_and_day(month, number)
    return as_date and either(as_date, row(sino(month), between, sino(number), _unit(written)))


def months(written: Written) -> Slots | None:
    """From month to month: 칠팔월, 칠월에서 팔월, 칠월부터 팔월까지."""
    numbers = [int(part) for part in written.numbers()]
    if len(numbers) != 2 or not set(numbers) <= MONTHS.keys():
        return None
    low, high = numbers
    first = (MONTHS[low], flat(sino(low))[0])
    return either(row((written.said,)), row(first, UP_TO, MONTHS[high], UNTIL))


_HALVES = {"a": ("오전", "에이엠"), "p": ("오후", "피엠")}


def half_of_the_day(written: Written) -> Slots:
    """AM and PM: 오전, 에이엠."""
    return row(_HALVES[written.text[0].lower()])


def clock(written: Written) -> Slots | None:
    """A time of day with a colon: 두 시 삼십 분, 두 시 반; two numbers, 이 대 삼십."""
    match = re.match(r"([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2}))?)?(?:\s?([AaPp]))?", written.text)
    if not match:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    hours = either(*numerals(hour, "", "시", native_here=False))
    minutes = row(sino(minute), "분") if minute else row("")
    if minute == 30:
        minutes = either(minutes, row("반"))
    if match[4]:
        half = _HALVES[match[4].lower()]
        return either(row(half[0], hours, "시", minutes), row(hours, "시", minutes, half[1]))
    if match[3]:
        return row(hours, "시", minutes, sino(int(match[3])), "초")
    return either(row(hours, "시", minutes), row(sino(hour), "대", sino(minute)))
