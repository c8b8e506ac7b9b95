"""The rules, in the order in which they are tried: the special before the general."""

from __future__ import annotations

from kowhisper_tel.korean.verbalise.rule import Rule
from kowhisper_tel.korean.verbalise.rules import calendar, clock, codes, counted, latin, number, signs, units

RULES: tuple[Rule, ...] = (
    *calendar.RULES,
    *codes.RULES,
    *clock.RULES,
    *signs.RULES,
    *counted.RULES,
    *units.RULES,
    counted.BARE_RANGE,
    *latin.RULES,
    *number.RULES,
)
