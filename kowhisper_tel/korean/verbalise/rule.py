"""Rule: one way of reading a piece of written text aloud."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

JOSA = (
    r"(?:은|는|이|가|을|를|에|의|로|으로|와|과|도|만|요|예요|이에요|입|이나|이고|이며|인데|인가|이다|이라|라|랑|하고|까지|부터|"
    r"보다|처럼|마다|밖|쯤|씩|정도|째|뿐|조차|든|이든|나|였|이었|일까)"
)
"""What may follow a number or a counter without a space."""


@dataclass(frozen=True)
class Rule:
    """One way of reading. Rules are tried in order at every place where a number, a letter or a sign begins.

    ``read`` gets the match (its ``string`` is the whole text, so cue words can be looked for on both sides) and
    returns the spoken form, or ``None`` to leave the place to the next rule. ``spaced``: a word that stands
    directly before it is parted from it by a space.
    """

    name: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], str | None]
    spaced: bool = True


@dataclass(frozen=True)
class Reading:
    """One piece of a text that was read: ``text[start:end]`` is said ``spoken``, by the rule named ``rule``."""

    start: int
    end: int
    spoken: str
    rule: str


def before(match: re.Match[str], length: int = 16) -> str:
    """The text that stands before a match, as far as cue words are looked for."""
    return match.string[max(0, match.start() - length) : match.start()]


def after(match: re.Match[str], length: int = 16) -> str:
    """The text that stands behind a match."""
    return match.string[match.end() : match.end() + length]


def words(table: str) -> list[str]:
    """The words of a table that is written as running text."""
    return table.split()
