"""Cut: two long lattices in pieces, at syllables that both have whatever is read of the rest."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import Levenshtein

from kowhisper_tel.korean.readings.slots import Slot

ANCHOR = 8
"""Equal syllables in a row, outside all alternatives, in whose middle a cut is made."""
PIECE = 200
"""Syllables of the first text that a piece has at least, but for the last one."""


def canonical(slots: list[Slot]) -> str:
    """The first alternatives."""
    return "".join(slot[0] for slot in slots)


def cut(first: list[Slot], second: list[Slot]) -> Iterator[tuple[list[Slot], list[Slot]]]:
    """The same slots in pieces that stand for one another; one piece where there is no place to cut.

    >>> list(cut([("가" * 300,)], [("가" * 300,)]))[0] == ([("가" * 204,)], [("가" * 204,)])
    True
    """
    one, other = _Cutter(first), _Cutter(second)
    for block in Levenshtein.opcodes(canonical(first), canonical(second)):
        if block.tag != "equal":
            continue
        shift = block.dest_start - block.src_start
        start = max(block.src_start, one.done + PIECE)
        while start + ANCHOR <= block.src_end:
            if one.is_fixed(start, ANCHOR) and other.is_fixed(start + shift, ANCHOR):
                place = start + ANCHOR // 2
                yield one.until(place), other.until(place + shift)
                start = place + PIECE
            else:
                start += 1
    yield one.rest(), other.rest()


class _Cutter:
    """Slots that are taken from the front, by places in their canonical reading."""

    def __init__(self, slots: list[Slot]) -> None:
        self.slots = slots
        self.next = 0  # the first slot that is not taken, and how much of it is
        self.taken = 0
        self.done = 0
        self.fixed = bytes(len(slot) == 1 for slot in slots for _ in slot[0])

    def is_fixed(self, start: int, length: int) -> bool:
        """Whether no syllable of this stretch has an alternative."""
        return self.fixed[start : start + length] == b"\1" * length

    def until(self, place: int) -> list[Slot]:
        """The slots up to a place, which lies in a slot without alternatives."""
        piece: list[Slot] = []
        while self.done < place:
            slot = self.slots[self.next]
            left = (slot[0][self.taken :],) if self.taken else slot
            step = place - self.done
            if len(slot) == 1 and len(left[0]) > step:
                piece.append((left[0][:step],))
                self.taken, self.done = self.taken + step, place
            else:
                piece.append(left)
                self.next, self.taken, self.done = self.next + 1, 0, self.done + len(left[0])
        return piece

    def rest(self) -> list[Slot]:
        """All that is left."""
        slots = self.slots[self.next :]
        return [(slots[0][0][self.taken :],), *slots[1:]] if self.taken else slots
