"""Signs: money signs, percent, fractions, sums, named days (육이오)."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.counters import COUNTER
from kowhisper_tel.korean.verbalise.numbers import digits, sino
from kowhisper_tel.korean.verbalise.quantity import QUANTITY, SPAN, Quantity, span
from kowhisper_tel.korean.verbalise.rule import Rule, after

CURRENCIES = {"$": "달러", "₩": "원", "€": "유로", "¥": "엔", "£": "파운드"}
_EVENT = re.compile(r"^\s?(?:전쟁|혁명|운동|사태|의거|민주|항쟁|테러|사변|선언|절|광복|정신|합의)")


def _money(match: re.Match[str]) -> str:
    return f"{Quantity.parse(match['number']).sino()} {CURRENCIES[match['sign']]}"


def _percent(match: re.Match[str]) -> str:
    point = "포인트" if match["point"] else ""
    return f"{span(match)} 퍼센트{point}"


def _fraction(match: re.Match[str]) -> str | None:
    upper, lower = int(match["upper"]), int(match["lower"])
    return f"{sino(lower)}분의 {sino(upper)}" if lower else None


def _event(match: re.Match[str]) -> str | None:
    month, sign, day = match.groups()
    if sign == "." and not _EVENT.match(after(match)):
        return None
    return sino(int(month)) + (sino(int(day)) if day == month else digits(day))


def _plus(match: re.Match[str]) -> str:
    first, second = int(match[1]), int(match[2])
    if first == second == 1:
        return "원 플러스 원"
    return f"{sino(first)} 더하기 {sino(second)}"


def _versus(match: re.Match[str]) -> str:
    return f"{sino(int(match[1]))} 대 {sino(int(match[2]))}"


def _great(match: re.Match[str]) -> str:
    """The four, five great ones, named together: 사대 보험."""
    return f"{sino(int(match[1] or match[2]))}대 "


RULES = (
    Rule("money", re.compile(rf"(?P<sign>[$₩€¥£])\s?(?P<number>{QUANTITY})"), _money),
    Rule("percent", re.compile(rf"{SPAN}\s?[%％](?P<point>[pP](?![A-Za-z]))?"), _percent),
    Rule("fraction", re.compile(r"(?P<lower>[0-9]{1,6})분의\s?(?P<upper>[0-9]{1,6})(?![0-9.,])"), _fraction),
    Rule("fraction", re.compile(r"(?P<upper>[0-9]{1,3})/(?P<lower>[0-9]{1,3})(?![0-9./])"), _fraction),
    Rule("named day", re.compile(r"([1-9]|1[0-2])([·.])([0-9]{1,2})(?![0-9.·])"), _event),
    Rule("one to one", re.compile(r"1대1(?![0-9.,])"), lambda _: "일대일"),
    Rule("score", re.compile(rf"([0-9]{{1,3}})대([0-9]{{1,3}})(?![0-9.,]|\s?{COUNTER})"), _versus),
    Rule("great ones", re.compile(r"([0-9]{1,2})대(?=강|천왕|궁)"), lambda match: f"{sino(int(match[1]))}대"),
    Rule("great ones", re.compile(r"(4)대\s?(?=보험)|([0-9]{1,2})대(?=광역시|은행|명절)"), _great),
    Rule("sum", re.compile(r"([0-9]{1,6})\+([0-9]{1,6})(?![0-9])"), _plus),
    Rule("ratio", re.compile(r"([0-9]{1,4}):([0-9]{1,4})(?![0-9:])"), _versus),
)
