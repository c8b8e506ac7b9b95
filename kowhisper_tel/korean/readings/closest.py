"""The readings of two lattices that are at the least edit distance: exact, by bit-parallel search.

For every place in one lattice and every number of edits, the places of the other that can be reached are one integer
with a bit a place (Wu and Manber, Fast text searching allowing errors, CACM 35, 1992, for two lattices in place of a
text and a pattern). Edits are raised one by one until both ends meet.

What that writes down grows with the third power of the length. Texts for which it would be too much (a whole call in
one line) are cut where both have the same syllables in every reading; each piece is searched by itself.
"""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

from kowhisper_tel.korean.readings.cut import canonical, cut
from kowhisper_tel.korean.readings.lattice import Lattice
from kowhisper_tel.korean.readings.slots import Slot

MOST_BITS = 2**29
"""What one search may write down: 64 MiB, enough for some 1,500 syllables with 15 % errors."""


def closest(reference: Lattice, hypothesis: Lattice) -> tuple[str, str]:
    """The reading of each, without spaces, at the least edit distance over all readings of either.

    The canonical readings where they are as near as any; else canonical alternatives where nothing is lost by them.
    Of very long texts (``MOST_BITS``) the nearest piece by piece, never further apart than the canonical ones.

    >>> from kowhisper_tel.korean.readings import lattice
    >>> closest(lattice("3번이요"), lattice("삼 번이요"))
    ('삼번이요', '삼번이요')
    """
    pair = reference.plain, hypothesis.plain
    if pair[0] == pair[1] or not (reference.has_alternatives or hypothesis.has_alternatives):
        return pair
    first, second = list(reference.compact), list(hypothesis.compact)
    most = Levenshtein.distance(*pair)
    if _cost(most, first, second) <= MOST_BITS:
        return _searched(first, second, pair, most)
    pieces = [_piece(one, other) for one, other in cut(first, second)]
    return "".join(one for one, _ in pieces), "".join(other for _, other in pieces)


def _cost(most: int, first: list[Slot], second: list[Slot]) -> int:
    """The bits that the search writes down at most."""
    return (most + 1) * _size(first) * _size(second)


def _piece(first: list[Slot], second: list[Slot]) -> tuple[str, str]:
    """The nearest readings of a piece; the canonical ones where it is still too long."""
    pair = canonical(first), canonical(second)
    most = Levenshtein.distance(*pair)
    return pair if _cost(most, first, second) > MOST_BITS else _searched(first, second, pair, most)


def _searched(first: list[Slot], second: list[Slot], pair: tuple[str, str], most: int) -> tuple[str, str]:
    head, tail, first, second = _trimmed(first, second)
    is_swapped = (_size(first), first) > (_size(second), second)
    rows, columns = (second, first) if is_swapped else (first, second)
    readings = _Search(rows, _Columns(columns)).run(most)
    if readings is None:
        return pair
    nearest = readings[::-1] if is_swapped else readings
    return f"{head}{nearest[0]}{tail}", f"{head}{nearest[1]}{tail}"


def _size(slots: list[Slot]) -> int:
    return sum(len(choice) for slot in slots for choice in slot)


def _trimmed(first: list[Slot], second: list[Slot]) -> tuple[str, str, list[Slot], list[Slot]]:
    """What both begin and end with in every reading, and the rest: an edit there is never needed."""
    ends = []
    for at, step in ((0, 1), (-1, -1)):
        common = ""
        while first and second and len(first[at]) == len(second[at]) == 1:
            one, other = first[at][0][::step], second[at][0][::step]
            same = _common_start(one, other)
            common += same
            first[at : at + 1 or None] = [(rest[::step],)] if (rest := one[len(same) :]) else []
            second[at : at + 1 or None] = [(rest[::step],)] if (rest := other[len(same) :]) else []
            if one != same and other != same:
                break
        ends.append(common[::step])
    return ends[0], ends[1], first, second


def _common_start(one: str, other: str) -> str:
    differs = (number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(differs, min(len(one), len(other)))]


class _Columns:
    """A lattice as bits: every alternative takes a bit for each of its characters, and one for its end."""

    def __init__(self, slots: list[Slot]) -> None:
        self.slots = slots
        self.character: list[str] = []
        self.choice: list[tuple[int, int]] = []  # slot and alternative of each bit
        self.begin: list[list[int]] = []  # by slot: the first bit of each alternative
        self.end: list[list[int]] = []  # by slot: the end of each alternative
        self.reads: dict[str, int] = {}  # by character: the bits that read it
        for slot_number, slot in enumerate([("",), *slots]):
            self.begin.append([])
            self.end.append([])
            for number, choice in enumerate(slot):
                self.begin[-1].append(len(self.character))
                for character in (*choice, ""):
                    if character:
                        self.reads[character] = self.reads.get(character, 0) | 1 << len(self.character)
                    self.character.append(character)
                    self.choice.append((slot_number, number))
                self.end[-1].append(len(self.character) - 1)
        self.begins = {bit for begin in self.begin for bit in begin}
        self.ends = sum(1 << bit for ends in self.end for bit in ends)
        self.inside = (1 << len(self.character)) - 1 & ~self.ends
        self.slot_ends = [sum(1 << bit for bit in ends) for ends in self.end]
        self.all = (1 << len(self.character)) - 1
        self.entry = self._entries()
        self.final = self.slot_ends[-1]
        self.start = self.reached(1)

    def _entries(self) -> list[int]:
        """By slot: the bits that are reached from its ends without reading."""
        entry = [0] * len(self.begin)
        for number in reversed(range(len(self.begin) - 1)):
            into = sum(1 << bit for bit in self.begin[number + 1])
            entry[number] = into | (entry[number + 1] if into & self.slot_ends[number + 1] else 0)
        return entry

    def reached(self, places: int, known: int = 0) -> int:
        """The places, and those that follow them without reading; what follows ``known`` ones is among them."""
        ends = places & self.ends & ~known
        while ends:
            slot = self.choice[ends.bit_length() - 1][0]
            places |= self.entry[slot]
            ends &= ~self.slot_ends[slot]
        return places

    def skip(self, places: int) -> int:
        """Where places get by reading any character."""
        return (places & self.inside) << 1


class _Search:
    """The rows of the search: for each number of edits, what is reached behind each character of the row lattice."""

    def __init__(self, slots: list[Slot], columns: _Columns) -> None:
        self.slots = slots
        self.columns = columns
        self.ends: list[list[int]] = []  # by edits, slot boundary
        self.inner: list[list[list[list[int]]]] = []  # by edits, slot, alternative, characters read

    def run(self, most: int) -> tuple[str, str] | None:
        """Both readings, or nothing where they are no nearer than ``most`` edits."""
        for edits in range(most):
            self._raise(edits)
            if self.ends[edits][-1] & self.columns.final:
                return self._trace(edits)
        return None

    def _raise(self, edits: int) -> None:
        """One row of each alternative more: by reading the character, or by an edit from the row below."""
        columns = self.columns
        reads, inside, ends_of_slots = columns.reads, columns.inside, columns.ends
        under = self.ends[edits - 1][0] if edits else 0
        ends = [columns.reached(under | columns.skip(under), under) if edits else columns.start]
        inner: list[list[list[int]]] = []
        for number, slot in enumerate(self.slots):
            ways: list[list[int]] = []
            met = 0
            for way, choice in enumerate(slot):
                places = ends[-1]
                row = [places]
                below = self.inner[edits - 1][number][way] if edits else [0] * (len(choice) + 1)
                for index, character in enumerate(choice, 1):
                    known = below[index]
                    if known != columns.all:
                        beside = below[index - 1]
                        read = places & reads.get(character, 0)
                        places = (read | (beside | known) & inside) << 1 | beside | known
                        if places & ends_of_slots & ~known:
                            places = columns.reached(places, known)
                    else:
                        places = known
                    row.append(places)
                ways.append(row)
                met |= places
            inner.append(ways)
            ends.append(met)
        self.ends.append(ends)
        self.inner.append(inner)

    def _trace(self, edits: int) -> tuple[str, str]:
        """Back from both ends to the beginning, canonical alternatives first."""
        columns = self.columns
        place = _Place(edits, next(bit for bit in columns.end[-1] if self.ends[edits][-1] >> bit & 1))
        chosen: list[str] = []
        for number in reversed(range(len(self.slots))):
            way = next(way for way, row in enumerate(self.inner[place.edits][number]) if row[-1] >> place.bit & 1)
            chosen.append(self.slots[number][way])
            index = len(chosen[-1])
            while index:
                place.enter_before(columns, self.inner[place.edits][number][way][index])
                index -= self._step(place, number, way, index)
        while place.bit:
            place.enter_before(columns, self.ends[place.edits][0])
            if place.bit:
                place.bit, place.edits = place.bit - 1, place.edits - 1
        return "".join(reversed(chosen)), "".join(reversed(place.chosen))

    def _step(self, place: _Place, number: int, way: int, index: int) -> int:
        """One character back; returns how many of the row lattice (0 or 1)."""
        character = self.slots[number][way][index - 1]
        before = 1 << place.bit - 1 if place.bit else 0
        reads = place.bit and self.columns.character[place.bit - 1] == character
        if reads and self.inner[place.edits][number][way][index - 1] & before:
            place.bit -= 1
            return 1
        below = self.inner[place.edits - 1][number][way]
        place.edits -= 1
        if below[index - 1] & before:
            place.bit -= 1
            return 1
        if below[index - 1] >> place.bit & 1:
            return 1
        place.bit -= 1
        return 0


class _Place:
    """Where the way back has got to in the column lattice, and what it has passed there."""

    def __init__(self, edits: int, bit: int) -> None:
        self.edits = edits
        self.bit = bit
        self.chosen: list[str] = []

    def enter_before(self, columns: _Columns, reached: int) -> None:
        """From the beginning of an alternative to the end of one before it that was reached, as often as it goes."""
        while self.bit and self.bit in columns.begins:
            slot, alternative = columns.choice[self.bit]
            self.chosen.append(columns.slots[slot - 1][alternative])
            self.bit = next(end for end in columns.end[slot - 1] if reached >> end & 1)
