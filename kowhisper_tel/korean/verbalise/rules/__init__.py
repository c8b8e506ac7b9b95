"""The rules, in the order in which they are tried: the special before the general."""

from __future__ import annotations

import functools
import re

from kowhisper_tel.korean.verbalise.rule import Rule
from kowhisper_tel.korean.verbalise.rules import (
    calendar,
    clock,
    codes,
    counted,
    latin,
    number,
    signs,
    symbols,
    units,
    web,
)

RULES: tuple[Rule, ...] = (
    *calendar.RULES,
    *codes.RULES,
    calendar.COMPACT,
    *clock.RULES,
    *signs.RULES,
    *counted.RULES,
    *units.RULES,
    symbols.MIXED,
    counted.BARE_RANGE,
    *symbols.RULES,
    *web.RULES,
    *latin.RULES,
    *number.RULES,
    symbols.SINGLE,
)

_NEEDED = frozenset("".join(rule.needs for rule in RULES))
_LATIN = re.compile("[A-Za-z]")


def rules_for(text: str) -> tuple[Rule, ...]:
    """The rules that may read something in a text, by the characters they need; in their order."""
    held = _NEEDED.intersection(text)
    return _holding(held | {"A"} if _LATIN.search(text) else held - {"A"})


@functools.lru_cache(maxsize=4096)
def _holding(held: frozenset[str]) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if not rule.needs or held.intersection(rule.needs))
