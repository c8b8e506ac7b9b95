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


_ATTACHED = re.compile(rf"(?:{JOSA}|여|년|짜리|당|쯤|어치|용|들이|하[게고는면며지]|한다|했|대에|대의|[^가-힣]|$)")

_APART = re.compile(
    r"(?:이상|이하|이내|미만|초과|가량|남짓|동안|만에|안에|할인|인상|인하|적립|정도|등급|"
    r"(?:전|후|뒤|반|내)(?=$|[^가-힣]|에|까지|부터|쯤|정도|이|의|으로|로|예|은|는))"
)


@dataclass(frozen=True)
class Rule:
    """One way of reading. Rules are tried in order at every place where a number, a letter or a sign begins.

    ``read`` gets the match (its ``string`` is the whole text, so cue words can be looked for on both sides) and
    returns the spoken form, or ``None`` to leave the place to the next rule. ``spaced``: a word that stands
    directly before it is parted from it by a space. ``needs``: characters of which the text must hold one (``A`` for
    any Latin letter), so that most rules need not be tried; empty where the rule needs none.
    """

    name: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], str | None]
    spaced: bool = True
    needs: str = ""


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


def apart(text: str, end: int) -> bool:
    """Whether the word behind a reading that ends at ``end`` has to be parted from it: 80%이상, 3시반, 30분전."""
    return bool(_APART.match(text, end))


def parted(match: re.Match[str], spoken: str) -> str:
    """What is said, with a space where a word follows that is no ending: 이분의 일 컵, 이분의 일로."""
    return spoken if _ATTACHED.match(after(match, 4)) else f"{spoken} "


def once_more(unit: str) -> str:
    """Pattern text for a unit that is written behind what says it already: 3:30분, 2024.3.15일까지."""
    return rf"(?:(?!일요)(?:{unit})(?=$|[^가-힣]|{JOSA}))?"


def words(table: str) -> list[str]:
    """The words of a table that is written as running text."""
    return table.split()
