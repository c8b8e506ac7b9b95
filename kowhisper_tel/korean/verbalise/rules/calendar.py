"""Dates and months: 이천이십사 년 십이월 이십오 일, 유월, 시월."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import digits, sino
from kowhisper_tel.korean.verbalise.rule import Rule, before

MONTHS = {month: f"{sino(month)}월" for month in range(1, 13)} | {6: "유월", 10: "시월"}
_VERSION = re.compile(r"(?:버전|펌웨어|[vV]er\.?|\b[vV])\s?$")


def _date(match: re.Match[str]) -> str | None:
    year, month, day = (int(part) for part in match.group("year", "month", "day"))
    if month not in MONTHS or not 1 <= day <= 31:
        return None
    said = digits(match["year"]) if match["year"][0] == "0" else sino(year)
    return f"{said} 년 {MONTHS[month]} {sino(day)} 일"


def _short_date(match: re.Match[str]) -> str | None:
    return None if _VERSION.search(before(match)) else _date(match)


def _month(match: re.Match[str]) -> str | None:
    return MONTHS.get(int(match["month"]))


RULES = (
    Rule(
        "date",
        re.compile(r"(?P<year>[12][0-9]{3})(?P<by>[-./])(?P<month>[0-9]{1,2})(?P=by)(?P<day>[0-9]{1,2})(?![0-9-])"),
        _date,
    ),
    Rule(
        "spaced date",
        re.compile(r"(?P<year>[12][0-9]{3})\.\s(?P<month>[0-9]{1,2})\.\s(?P<day>[0-9]{1,2})(?:\.(?![0-9])|(?![0-9.]))"),
        _date,
    ),
    Rule(
        "short date",
        re.compile(r"(?P<year>[0-9]{2})\.(?P<month>[01][0-9])\.(?P<day>[0-3][0-9])(?![0-9-]|\.[0-9])"),
        _short_date,
    ),
    Rule("month", re.compile(r"(?P<month>[0-9]{1,2})월(?!드|급|세)"), _month),
)
