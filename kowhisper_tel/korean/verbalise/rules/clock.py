"""Times of day: 세 시 삼십 분, 십사 시."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import native, sino
from kowhisper_tel.korean.verbalise.rule import Rule, once_more


def _clock(match: re.Match[str]) -> str | None:
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 24 or minute > 59:
        return None
    said = f"{native(hour) if 1 <= hour <= 12 else sino(hour)} 시"
    said = f"{said} {sino(minute)} 분" if minute else said
    return f"{said} {sino(int(match['second']))} 초" if match["second"] else said


_HALVES = {"a": "오전", "p": "오후"}


def _half(match: re.Match[str]) -> str:
    return _HALVES[match[1].lower()]


def _half_behind(match: re.Match[str]) -> str | None:
    hour = int(match["hour"])
    said = _clock(match) if match["minute"] else f"{native(hour)} 시" if 1 <= hour <= 12 else None
    return f"{_HALVES[match['half'].lower()]} {said}" if said else None


def _hours(match: re.Match[str]) -> str:
    hours = int(match[1])
    return f"{native(hours) if 0 < hours < 24 else sino(hours)} 시간"


_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    rf"(?::(?P<second>[0-9]{{2}})(?![0-9:]){once_more('초')}|(?![0-9:]){once_more('시|분')})"
)
RULES = (
    Rule("half of the day", re.compile(r"([AaPp])\.?[Mm]\.?(?=\s?[0-9]{1,2}(?::[0-9]{2}|시))"), _half, needs="A"),
    Rule(
        "clock",
        re.compile(
            r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?\s?(?P<half>[AaPp])\.?[Mm](?![A-Za-z0-9])\.?"
        ),
        _half_behind,
        needs="A",
    ),
    Rule("clock", re.compile(r"(?<=[0-9])T(?=[0-9]{2}:[0-9]{2})"), lambda _: "", spaced=False, needs="A"),
    Rule("hours", re.compile(r"([0-9]{1,3})\s?(?:h|hr|hrs)(?![A-Za-z0-9])"), _hours, needs="A"),
    Rule("clock", re.compile(_TIME), _clock, needs=":"),
)
