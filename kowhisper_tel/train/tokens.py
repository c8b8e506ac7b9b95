"""TokenRows: the tokens of all texts in two flat arrays.

Worker processes share what the trainer held when they began, as long as nobody writes there; but a list of lists is
written to whenever it is read, for Python counts the references to each number.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import overload


class TokenRows(Sequence[list[int]]):
    """A row of tokens for each utterance, four bytes a token."""

    def __init__(self, rows: Iterable[Iterable[int]]) -> None:
        self._tokens, self._ends = array("i"), array("q", [0])
        for row in rows:
            self._tokens.extend(row)
            self._ends.append(len(self._tokens))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> list[int]: ...
    @overload
    def __getitem__(self, place: slice) -> list[list[int]]: ...
    def __getitem__(self, place: int | slice) -> list[int] | list[list[int]]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        return list(self._tokens[self._ends[place] : self._ends[place + 1]])

    def lengths(self) -> array[int]:
        """How many tokens each row has."""
        return array("i", (end - start for start, end in zip(self._ends, self._ends[1:], strict=False)))
