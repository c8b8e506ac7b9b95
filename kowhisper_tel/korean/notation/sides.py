"""Sides: the spoken and the written side of a transcript while it is read."""

from __future__ import annotations

import re

_DIGIT = re.compile(r"[0-9]")
_LATIN_OR_SIGN = re.compile(r"[A-Za-z%‰℃℉$₩€£¥㎡㎏㎞㎝㎜°]")
_WORD = re.compile(r"[^\W_]")


def weight(text: str) -> int:
    """How surely a side is the written one: 2 with digits, 1 with Latin letters or unit signs, 0 in Hangul only."""
    if _DIGIT.search(text):
        return 2
    return 1 if _LATIN_OR_SIGN.search(text) else 0


def is_word(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return bool(_WORD.search(text))


class Sides:
    """Both sides, as far as they are read."""

    def __init__(self) -> None:
        self._spoken: list[str] = []
        self._written: list[str] = []
        self._skipped = False

    def put(self, spoken: str, written: str | None = None) -> None:
        """Add to both sides; the same to each where ``written`` is not given."""
        self._spoken.append(spoken)
        self._written.append(spoken if written is None else written)
        self._skipped = False

    def take(self, sides: Sides) -> None:
        """Add what another reading found."""
        self.put("".join(sides._spoken), "".join(sides._written))

    def skip(self) -> None:
        """A mark stood here that leaves nothing."""
        self._skipped = True

    def close_up(self, punctuation: str) -> bool:
        """Add punctuation; to the word before, where only a mark stood between (``네 b/.``).

        False where it has no word of its own (``b/.`` by itself, ``네, b/,``): it goes with the mark.
        """
        if self._skipped:
            said = "".join(self._spoken).rstrip()
            if not said or not is_word(said[-1]):
                return False
            if self._spoken[-1].isspace():
                self._spoken.pop()
                self._written.pop()
        self.put(punctuation)
        return True

    def ends_with_word(self) -> bool:
        """Whether something was said before."""
        return is_word("".join(self._spoken[-2:]))

    @property
    def spoken(self) -> str:
        """The spoken side, white space single."""
        return " ".join("".join(self._spoken).split())

    @property
    def written(self) -> str:
        """The written side, white space single."""
        return " ".join("".join(self._written).split())
