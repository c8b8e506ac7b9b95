"""Digit strings: phone, account, card and other numbers, with what is said between their groups."""

from __future__ import annotations

import re

from kowhisper_tel.korean.readings.dates import birth
from kowhisper_tel.korean.readings.numerals import digits, sino
from kowhisper_tel.korean.readings.slots import Slots, either, row
from kowhisper_tel.korean.readings.written import Written

BETWEEN = ("", "에", "다시", "의", "대시", "하이픈")
"""What is said between two groups of digits."""

EXCHANGE = ("국에", "국의")
"""Said behind the exchange of a phone number, before its last group (오오오국에 일이삼사)."""

_PLATE = re.compile(r"([0-9]{2,3})\s?([가-힣])\s?([0-9]{4})")
_BIRTH = re.compile(r"(?:생년월일|앞자리|주민|생일)")
_PHONE = re.compile(r"(0(?:2|50[0-9]|[0-9]{2}))([0-9]{3,4})([0-9]{4})")


def groups(written: Written) -> Slots | None:
    """A string of digits in groups, or one group: digit by digit, the groups joined by nothing, 에, 다시 or 의."""
    if re.search(r"[^0-9\s.*●○-]", written.text):
        return None
    found = re.findall(r"[0-9]+", written.text)
    undivided = _PHONE.fullmatch(written.text.strip())
    if undivided:
        found = list(undivided.groups())
    between = (*BETWEEN, "점") if "." in written.text else BETWEEN
    slots: Slots = []
    for index, group in enumerate(found):
        if index:
            slots.append((*between, *EXCHANGE) if index == len(found) - 1 and len(group) == 4 else between)
        slots += _group(group, alone=len(found) == 1)
    born = birth(found[0]) if found and _BIRTH.search(written.before) else None
    return either(slots, born) if born and len(found) == 1 else slots


def _group(group: str, alone: bool) -> Slots:
    """Digit by digit; round ones (700, 5000) and short ones that stand alone also as numbers."""
    is_number = group[0] != "0" and len(group) <= 4 and (alone or group.endswith("00"))
    return either(digits(group), sino(int(group))) if is_number else digits(group)


def lot(written: Written) -> Slots:
    """A lot number: 백이십삼 다시 사십오 번지, 일이삼에 사오 번지."""
    parts = [either(sino(int(part)), digits(part)) for part in re.findall(r"[0-9]+", written.text)]
    between = [BETWEEN] if len(parts) > 1 else []
    return row(parts[0], *(row(*between, part) for part in parts[1:]), "번지")


def plate(written: Written) -> Slots | None:
    """A number plate: 십이 가 삼사오육, 일이 가 삼사오육."""
    match = _PLATE.fullmatch(written.text)
    if not match:
        return None
    return row(either(sino(int(match[1])), digits(match[1])), match[2], digits(match[3]))
