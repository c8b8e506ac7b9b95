"""Where a moment of the input is found in the output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TimeMap:
    """Straight pieces ``output_s = start_output_s + (input_s - start_input_s) * slope`` in order of time.

    ``pieces`` holds ``(start_input_s, start_output_s, slope)``; a moment belongs to the last piece that starts
    at or before it. The default is the identity. A jump in ``start_output_s`` is an insertion.
    """

    pieces: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 1.0),)

    @classmethod
    def stretch(cls, slope: float) -> TimeMap:
        """Time that runs ``slope`` times as long as before."""
        return cls(((0.0, 0.0, slope),))

    @property
    def is_identity(self) -> bool:
        """Whether every moment stays where it is."""
        return all(start_in == start_out and slope == 1.0 for start_in, start_out, slope in self.pieces)

    def output_s(self, input_s: float) -> float:
        """Where a moment of the input is in the output, in seconds."""
        started = [piece for piece in self.pieces if piece[0] <= input_s] or [self.pieces[0]]
        start_in, start_out, slope = started[-1]
        return start_out + (input_s - start_in) * slope

    def input_s(self, output_s: float) -> float:
        """Where a moment of the output was in the input, in seconds (inside an insertion: where it was put in)."""
        started = [i for i, piece in enumerate(self.pieces) if piece[1] <= output_s] or [0]
        start_in, start_out, slope = self.pieces[started[-1]]
        moment = start_in + (output_s - start_out) / slope
        following = self.pieces[started[-1] + 1 :]
        moment = min(moment, following[0][0]) if following else moment
        return max(moment, self.pieces[0][0])

    def then(self, after: TimeMap) -> TimeMap:
        """One map for two in a row: first this, then ``after``."""
        starts = {piece[0] for piece in self.pieces} | {self.input_s(piece[0]) for piece in after.pieces}
        pieces = []
        for start in sorted(starts):
            middle = self.output_s(start)
            pieces.append((start, after.output_s(middle), self._slope(start) * after._slope(middle)))
        return TimeMap(tuple(pieces))

    def _slope(self, input_s: float) -> float:
        return ([piece for piece in self.pieces if piece[0] <= input_s] or [self.pieces[0]])[-1][2]

    def to_json(self) -> list[list[float]]:
        """The pieces as lists."""
        return [list(piece) for piece in self.pieces]

    @classmethod
    def from_json(cls, data: Any) -> TimeMap:
        """A map from its pieces."""
        return cls(tuple((float(a), float(b), float(c)) for a, b, c in data))
