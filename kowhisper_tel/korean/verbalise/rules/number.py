"""A number with no counter: 백, 백 단어, 백이, 삼십여."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import digits
from kowhisper_tel.korean.verbalise.quantity import MINUS, QUANTITY, Quantity, minus
from kowhisper_tel.korean.verbalise.rule import JOSA, Rule, after

_ATTACHED = re.compile(rf"(?:{JOSA}|여|년|[^가-힣]|$)")


def _cardinal(match: re.Match[str]) -> str:
    words = minus(match) + Quantity.parse(match["number"]).sino()
    return words if _ATTACHED.match(after(match, 4)) else f"{words} "


def _leading_zero(match: re.Match[str]) -> str:
    return digits(match.group())


RULES = (
    Rule("leading zero", re.compile(r"0[0-9]+(?![.,:]?[0-9])"), _leading_zero),
    Rule("number", re.compile(rf"{MINUS}(?P<number>{QUANTITY})"), _cardinal),
    Rule("left digits", re.compile(r"[0-9]+"), _leading_zero),
)
