"""Quantity: a written number with its commas, decimals and 만, 억 (``1,234``, ``2.5억``, ``3만3천``)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kowhisper_tel.korean.verbalise.numbers import LARGE_VALUES, LIMIT, decimal, digits, native, sino

_PLAIN = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
# Words that begin with a unit's syllable (조각, 백화점, 천안) are no units.
_UNITS = r"(?:[십백천]?(?:만(?![나족큼점료기])|억|조(?![각직사건항]))|십(?!자)|백(?![화신업팀])|천(?![안장재]))"
# What follows a unit is smaller, or it is another number (5만 3만).
_NEXT = (
    rf"(?:(?<=천)(?!\s?{_PLAIN}천)|(?<=백)(?!\s?{_PLAIN}[백천])|(?<=십)(?!\s?{_PLAIN}[십백천])|(?<=만)(?!\s?{_PLAIN}[십백천]?[만억조])|(?<=억)(?!\s?{_PLAIN}[십백천]?[억조])"
    rf"|(?<=조)(?!\s?{_PLAIN}[십백천]?조))"
)
QUANTITY = rf"{_PLAIN}(?:\.[0-9]+)?(?:{_UNITS}(?:{_NEXT}\s?{_PLAIN}{_UNITS})*(?:{_PLAIN}(?![0-9.,]))?)?"
"""Pattern text for one quantity; no group in it, so that rules can build on it."""

MINUS = r"(?:(?P<minus>±|(?<![\w.)*●○-])[-+])\s?)?"
"""Pattern text for a sign before a quantity; a hyphen inside a word or between numbers is none."""
SIGNS = {"-": "마이너스 ", "+": "플러스 ", "±": "플러스마이너스 "}

SPAN = rf"{MINUS}(?:(?P<low>{QUANTITY})(?:\s?~\s?|-(?=[0-9]))(?P<below>-)?)?(?P<number>{QUANTITY})"
"""Pattern text for a quantity with its sign, or for two with ``~`` between, as they stand before a unit."""

_PIECE = re.compile(rf"({_PLAIN})({_UNITS})?")
_DECIMAL = re.compile(rf"({_PLAIN})\.([0-9]+)({_UNITS})?")


@dataclass(frozen=True)
class Quantity:
    """A number as written: ``whole``, ``fraction`` (digits behind the point), ``unit`` (만, 억 of a decimal)."""

    whole: int
    fraction: str = ""
    unit: str = ""

    @classmethod
    def parse(cls, written: str) -> Quantity:
        """Parse what ``QUANTITY`` matched."""
        found = _DECIMAL.match(written)
        if found:
            return cls(int(found[1].replace(",", "")), found[2], found[3] or "")
        # Two levels: what 천, 백, 십 add up to is multiplied by the 만, 억, 조 that follows (2천5백만).
        total = below = 0
        for plain, units in _PIECE.findall(written):
            value = int(plain.replace(",", ""))
            for unit in units:
                if unit in "만억조":
                    total += (below + value) * LARGE_VALUES[unit]
                    below = value = 0
                else:
                    value *= LARGE_VALUES[unit]
            below += value
        return cls(total + below)

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing behind the point."""
        return not self.fraction

    def sino(self) -> str:
        """Sino-Korean words: 백이십삼만 사천, 이 점 오 억; digit by digit where it is too long to be a number."""
        if self.whole >= LIMIT:
            return digits(str(self.whole))
        if self.fraction:
            words = decimal(self.whole, self.fraction)
            return f"{words} {self.unit}" if self.unit else words
        return sino(self.whole)

    def native(self) -> str:
        """Native words where there are some (whole numbers), else as ``sino``."""
        return native(self.whole) if self.is_whole and 0 < self.whole < LIMIT else self.sino()


def minus(match: re.Match[str]) -> str:
    """How the sign that ``MINUS`` found is said."""
    return SIGNS[match["minus"]] if match["minus"] else ""


def span(match: re.Match[str]) -> str:
    """The words of what ``SPAN`` found: 마이너스 십, 삼에서 오."""
    number = Quantity.parse(match["number"]).sino()
    if not match["low"]:
        return minus(match) + number
    below = "마이너스 " if match["below"] else ""
    return f"{minus(match)}{Quantity.parse(match['low']).sino()}에서 {below}{number}"
