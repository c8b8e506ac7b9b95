"""Telephone, resident, card and account numbers as callers write and say them, drawn by a key."""

from __future__ import annotations

import random

NAMES = "공일이삼사오육칠팔구"
JOSA = ("", "", "이요", "입니다", "이에요", "으로", "이고요", "번이요", "인데요", "맞죠", "예요")
BETWEEN = (" ", " ", " ", "에 ", "의 ", " 네 ", " 어 ", ", 네 ", " 다시 ", "... ", " 음 ", "이고 ")
KINDS = {"mobile": (3, 4, 4), "seoul": (2, 3, 4), "resident": (6, 7), "card": (4, 4, 4, 4), "account": (3, 3, 6)}
BEFORE = ("", "제 번호는 ", "네 ", "전화번호가 ", "받아 적으세요 ", "그 번호가 어 ", "아까 말씀드린 ", "연락처 ")
BEHIND = ("", " 맞습니다", " 그렇게 해 주세요", " 네 감사합니다", " 확인 부탁드려요")
MISHEARD = {
    "공": "고곤영", "일": "이닐릴", "이": "리니기", "삼": "상참사", "사": "자싸차", "오": "호어우", "육": "유융욕",
    "칠": "치질친", "팔": "발파빨", "구": "꾸고그",
}  # fmt: skip


def digits(kind: str, draw: random.Random) -> list[str]:
    """A number of a kind in its groups."""
    groups = ["".join(draw.choice("0123456789") for _ in range(size)) for size in KINDS[kind]]
    if kind == "mobile":
        groups[0] = draw.choice(("010", "010", "011", "016"))
    elif kind == "seoul":
        groups[0] = "02"
    elif kind == "resident":
        groups[0] = f"{draw.randrange(40, 100)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}"
        groups[1] = draw.choice("12") + groups[1][1:]
    return groups


def spoken(groups: list[str], draw: random.Random, errors: int = 0) -> tuple[str, list[int]]:
    """A sentence that says the groups, and the places of its digits; ``errors`` of them are misheard."""
    text, places = draw.choice(BEFORE), []
    total = sum(map(len, groups))
    wrong = set(draw.sample(range(total), errors))
    for number, group in enumerate(groups):
        text += draw.choice(BETWEEN) if number else ""
        for digit in group:
            name = NAMES[int(digit)]
            name = draw.choice(("공", "공", "영")) if name == "공" else name
            name = draw.choice(MISHEARD[NAMES[int(digit)]]) if len(places) in wrong else name
            places.append(len(text))
            text += name
    return text + draw.choice(JOSA) + draw.choice(BEHIND), places


def written(groups: list[str], draw: random.Random) -> tuple[str, list[int]]:
    """A sentence that holds the groups in digits, and their places."""
    text, places = draw.choice(BEFORE), []
    between = draw.choice(("-", "-", " ", " - ", ".", "") if groups[0].startswith("0") else ("-", "-", " "))
    for number, group in enumerate(groups):
        text += between if number else ""
        places += range(len(text), len(text) + len(group))
        text += group
    return text + draw.choice(JOSA) + draw.choice(BEHIND), places
