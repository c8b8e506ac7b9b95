"""Tally: counts of an alignment, which add; rates come last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

COUNTS = ("hits", "substitutions", "deletions", "insertions")
"""What is counted, by name, in a tally's order."""


def rate(errors: ArrayLike, reference_length: ArrayLike) -> NDArray[np.float64]:
    """Errors by reference length, element by element; NaN where there is no reference, however much was inserted."""
    above, below = np.broadcast_arrays(np.asarray(errors, np.float64), np.asarray(reference_length, np.float64))
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


@dataclass(frozen=True)
class Tally:
    """Hits, substitutions, deletions and insertions of hypotheses aligned with their references.

    Tallies add (also by ``sum``); a rate is taken of the sum, never a mean of rates.

    >>> a, b = Tally(hits=3, substitutions=1), Tally(hits=4, insertions=2)
    >>> (a + b).rate
    0.375
    >>> sum([a, b]) == a + b
    True
    """

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    def __post_init__(self) -> None:
        for count in (self.hits, self.substitutions, self.deletions, self.insertions):
            if type(count) is not int or count < 0:
                raise ValueError(f"{self}: a count is a whole number of at least 0")

    @classmethod
    def zero(cls) -> Tally:
        """The tally of nothing: adding it changes nothing."""
        return cls()

    def __add__(self, other: object) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally(
            self.hits + other.hits,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )

    def __radd__(self, other: object) -> Tally:
        """``sum`` starts at 0, which stands for ``Tally.zero()``."""
        return self if other == 0 else NotImplemented

    @property
    def reference_length(self) -> int:
        """Tokens in the references."""
        return self.hits + self.substitutions + self.deletions

    @property
    def hypothesis_length(self) -> int:
        """Tokens in the hypotheses."""
        return self.hits + self.substitutions + self.insertions

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions together."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Errors by reference length (``rate``); may exceed 1."""
        return float(rate(self.errors, self.reference_length))
