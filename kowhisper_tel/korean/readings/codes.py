"""Digit strings: phone, account, card and other numbers, with what is said between their groups."""

from __future__ import annotations

import re

from kowhisper_tel.korean.readings.dates import birth
from kowhisper_tel.korean.readings.numerals import digits, sino
from kowhisper_tel.korean.readings.slots import Slots, either, row
from kowhisper_tel.korean.readings.written import Written
from kowhisper_tel.korean.verbalise.numbers import sino as plain_sino
from kowhisper_tel.korean.verbalise.rules.calendar import MONTHS

BETWEEN = ("", "에", "다시", "의", "대시", "하이픈")
"""What is said between two groups of digits."""

EXCHANGE = ("국에", "국의")
"""Said behind the exchange of a phone number, before its last group (오오오국에 일이삼사)."""

_PLATE = re.compile(r"([0-9]{2,3})\s?([가-힣])\s?([0-9]{4})")
_BIRTH = re.compile(r"(?:생년월일|앞자리|주민|생일)")
_PHONE = re.compile(r"(0(?:2|50[0-9]|[0-9]{2}))([0-9]{3,4})([0-9]{4})")


def groups(written: Written) -> Slots | None:
    """A string of digits in groups, or one group: digit by digit, the groups joined by nothing, 에, 다시 or 의."""
    if re.search(r"[^0-9\s.*●○()+-]", written.text):
        return None
    found = written.numbers()
    undivided = _PHONE.fullmatch(written.text.strip())
    if undivided:
        found = list(undivided.groups())
    is_flat = len(found) == 2 and len(found[0]) <= 3
    between = (*BETWEEN, "점") if "." in written.text else BETWEEN
    slots: Slots = []
    for index, group in enumerate(found):
        if index:
            slots.append((*between, *EXCHANGE) if index == len(found) - 1 and len(group) == 4 else between)
        slots += _group(group, alone=len(found) == 1 or is_flat)
    born = birth(found[0]) if found and _BIRTH.search(written.before) else None
    abroad = row("플러스") if written.text.startswith("+") else []
    return either(slots, born) if born and len(found) == 1 else row(abroad, slots)


def _group(group: str, alone: bool) -> Slots:
    """Digit by digit; round ones (700, 5000) and short ones that stand alone also as numbers."""
    is_number = group[0] != "0" and len(group) <= 4 and (alone or group.endswith("00"))
    return either(digits(group), row(plain_sino(int(group)).replace(" ", ""))) if is_number else digits(group)


def lot(written: Written) -> Slots:
    """A lot or building number: 백이십삼 다시 사십오 번지, 일이삼에 사오."""
    return row(_joined(written, BETWEEN), "번지" if "번지" in written.text else "")


def hyphened(written: Written) -> Slots:
    """Numbers with a hyphen: a range (십에서 이십), a score (이 대 일), parts of a code (일이 다시 삼사오육)."""
    return _joined(written, ("에서", "대", *BETWEEN, "빼기", "마이너스"))


def _joined(written: Written, between: tuple[str, ...]) -> Slots:
    """Numbers as numbers or digit by digit, with something between."""
    slots: Slots = []
    for number in written.numbers():
        slots += row(between if slots else "", either(sino(int(number)), digits(number)))
    return slots


def expiry(written: Written) -> Slots | None:
    """The month and year on a card: 공오 이칠, 이십칠 년 오월."""
    numbers = written.numbers()
    if len(numbers) != 2:
        return None
    month, year = (either(digits(part), sino(int(part))) for part in numbers)
    said = MONTHS.get(int(numbers[0]))
    return either(row(month, ("", "슬래시"), year), *([row(year, "년", said)] if said else []))


def plate(written: Written) -> Slots | None:
    """A number plate: 십이 가 삼사오육, 일이 가 삼사오육."""
    match = _PLATE.fullmatch(written.text)
    if not match:
        return None
    return row(either(sino(int(match[1])), digits(match[1])), match[2], digits(match[3]))
