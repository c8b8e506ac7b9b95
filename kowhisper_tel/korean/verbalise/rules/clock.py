"""Times of day: 세 시 삼십 분, 십사 시."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import native, sino
from kowhisper_tel.korean.verbalise.rule import Rule


def _clock(match: re.Match[str]) -> str | None:
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 24 or minute > 59:
        return None
    said = f"{native(hour) if 1 <= hour <= 12 else sino(hour)} 시"
    said = f"{said} {sino(minute)} 분" if minute else said
    return f"{said} {sino(int(match['second']))} 초" if match["second"] else said


RULES = (
    Rule("clock", re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?![0-9:])"), _clock),
)
