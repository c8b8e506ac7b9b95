"""Dates and months: 이천이십사 년 십이월 이십오 일, 유월, 시월."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import digits, sino
from kowhisper_tel.korean.verbalise.rule import Rule, after, before, once_more, parted

MONTHS = {month: f"{sino(month)}월" for month in range(1, 13)} | {6: "유월", 10: "시월"}
_WEEKDAY = re.compile(r"^\s?\(?[월화수목금토일](?:요일|\))")
_DAY_BEHIND = re.compile(
    r"^(?:까지|부터|자[로\s]|일자|\s?~\s?[0-9]{1,2}/[0-9]|\s?(?:오전|오후|아침|저녁|마감|휴무|예약|방문|출고|입고|배송|도착|출발|개통|예정|이후|이전|당일|접수))"
)
_DAY_BEFORE = re.compile(r"(?:날짜|기한|마감|일시|일자|일정|예약일|방문일|[0-9]/[0-9]{1,2}\s?~)\s?[:은는]?\s?$")
_DAY = once_more("일")
_VERSION = re.compile(r"(?:버전|펌웨어|[vV]er\.?|\b[vV])\s?$")


def _date(match: re.Match[str]) -> str | None:
    year, month, day = (int(part) for part in match.group("year", "month", "day"))
    if month not in MONTHS or not 1 <= day <= 31:
        return None
    said = digits(match["year"]) if match["year"][0] == "0" else sino(year)
    return f"{said} 년 {MONTHS[month]} {sino(day)} 일"


def _short_date(match: re.Match[str]) -> str | None:
    return None if _VERSION.search(before(match)) else _date(match)


def _year_month(match: re.Match[str]) -> str | None:
    month = int(match["month"])
    return parted(match, f"{sino(int(match['year']))} 년 {MONTHS[month]}") if month in MONTHS else None


def _year(match: re.Match[str]) -> str:
    return f"{sino(int(match[1]))} 년"


def _young_year(match: re.Match[str]) -> str:
    """Figure by figure: 공육 년, 구팔 학번."""
    return f"{digits(match[1])} {match[2]}"


def _day(match: re.Match[str]) -> str | None:
    """Month and day with a stroke or point between, where a weekday or another cue says so, or no fraction can be."""
    month, day = int(match["month"]), int(match["day"])
    if month not in MONTHS or not 1 <= day <= 31:
        return None
    behind = after(match)
    if _WEEKDAY.match(behind) or (
        match["by"] == "/" and (match["unit"] or _DAY_BEHIND.match(behind) or _DAY_BEFORE.search(before(match)))
    ):
        return f"{MONTHS[month]} {sino(day)} 일"
    return None


def _months(match: re.Match[str]) -> str | None:
    """From month to month: 일월에서 유월, 삼사월; 오뉴월 and 구시월 are words."""
    low, high = int(match[1]), int(match[2])
    if low not in MONTHS or high not in MONTHS:
        return None
    if high == low + 1 and low < 10:
        return "오뉴월" if low == 5 else sino(low) + MONTHS[high]
    return f"{MONTHS[low]}에서 {MONTHS[high]}"


def _month(match: re.Match[str]) -> str | None:
    return MONTHS.get(int(match["month"]))


COMPACT = Rule(
    "date",
    re.compile(
        r"(?P<year>(?:19|20)[0-9]{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])(?![0-9]|[-.,][0-9]|\s?(?:원|명|개(?![가-힣])))"
    ),
    _date,
)
"""Eight figures that are a date: tried when no cue says that they are a code."""

RULES = (
    Rule(
        "date",
        re.compile(
            rf"(?P<year>[12][0-9]{{3}})(?P<by>[-./])(?P<month>[0-9]{{1,2}})(?P=by)(?P<day>[0-9]{{1,2}})(?![0-9-]){_DAY}"
        ),
        _date,
        needs="-./",
    ),
    Rule(
        "spaced date",
        re.compile(
            r"(?P<year>[12][0-9]{3})\.\s(?P<month>[0-9]{1,2})\.\s(?P<day>[0-9]{1,2})"
            rf"(?:\.(?![0-9])|(?![0-9.])){_DAY}"
        ),
        _date,
        needs=".",
    ),
    Rule(
        "short date",
        re.compile(rf"'?(?P<year>[0-9]{{2}})\.(?P<month>[01][0-9])\.(?P<day>[0-3][0-9])(?![0-9-]|\.[0-9]){_DAY}"),
        _short_date,
        needs=".",
    ),
    Rule(
        "short date",
        re.compile(
            r"'?(?P<year>19|[23][0-9])\.(?P<month>0?[1-9]|1[0-2])\.(?P<day>0?[1-9]|[12][0-9]|3[01])(?![0-9-]|\.[0-9])"
            rf"{_DAY}"
        ),
        _short_date,
        needs=".",
    ),
    Rule(
        "short date",
        re.compile(
            r"(?P<year>19|[23][0-9])/(?P<month>0?[1-9]|1[0-2])/(?P<day>0?[1-9]|[12][0-9]|3[01])(?![0-9/-])"
            rf"{_DAY}"
        ),
        _short_date,
        needs="/",
    ),
    Rule("quarter", re.compile(r"([1-4])/4\s?분기"), lambda match: f"{sino(int(match[1]))}사분기", needs="/"),
    Rule(
        "year and month",
        re.compile(r"(?P<year>[12][0-9]{3})[-./]\s?(?P<month>0?[1-9]|1[0-2])월(?!드|급|세)"),
        _year_month,
        needs="월",
    ),
    Rule(
        "year and month",
        re.compile(r"(?P<year>(?:19|20)[0-9]{2})[-./](?P<month>0[1-9]|1[0-2])\.?(?![-0-9./%]|월|\s?[a-zA-Z])"),
        _year_month,
        needs="-./",
    ),
    Rule("short year", re.compile(r"(0[0-9])\s?(년생?|학번)"), _young_year, needs="0"),
    Rule("short year", re.compile(r"([0-9]{2})\s?(학번)"), _young_year, needs="학"),
    Rule("short year", re.compile(r"'([0-9]{2})\s?년"), _year, needs="'"),
    Rule(
        "day",
        re.compile(
            rf"(?P<month>[0-9]{{1,2}})(?P<by>[/.])\s?(?P<day>[0-9]{{1,2}})\.?(?![0-9/]|\.[0-9])(?P<unit>{_DAY})"
        ),
        _day,
        needs="/.",
    ),
    Rule("months", re.compile(r"([0-9]{1,2})\s?[~-]\s?([0-9]{1,2})월(?!드|급|세)"), _months, needs="월"),
    Rule("month", re.compile(r"(?P<month>[0-9]{1,2})월(?!드|급|세)"), _month, needs="월"),
)
