"""Rates: what is made of a tally last. Each is one weighted sum of counts by another, so it is taken of any sum."""

from __future__ import annotations

from dataclasses import dataclass

from eval_suites.tally import Tally, rate

Weights = tuple[int, int, int, int]
"""Of hits, substitutions, deletions and insertions."""


@dataclass(frozen=True)
class Rate:
    """``above`` by ``below``; NaN where nothing is below.

    >>> ERROR_RATE.of(Tally(hits=3, substitutions=1)), F1.of(Tally(hits=3, deletions=1, insertions=1))
    (0.25, 0.75)
    """

    above: Weights
    below: Weights
    higher_is_better: bool = False

    def of(self, tally: Tally) -> float:
        """The rate of a tally, as a fraction."""
        return self.of_counts(tally.hits, tally.substitutions, tally.deletions, tally.insertions)

    def of_counts(self, *counts: float) -> float:
        """The same of hits, substitutions, deletions and insertions."""
        above, below = (
            sum(weight * count for weight, count in zip(weights, counts, strict=True))
            for weights in (self.above, self.below)
        )
        return float(rate(above, below))


ERROR_RATE = Rate((0, 1, 1, 1), (1, 1, 1, 0))
"""Errors by reference length; may exceed 1."""
RECALL = Rate((1, 0, 0, 0), (1, 1, 1, 0), higher_is_better=True)
"""Of the reference's tokens, the share that is there."""
FALSE_SHARE = Rate((0, 0, 0, 1), (1, 0, 0, 1))
"""Of the hypothesis's tokens, the share that the reference does not have."""
F1 = Rate((2, 0, 0, 0), (2, 2, 1, 1), higher_is_better=True)
"""The harmonic mean of precision and recall (van Rijsbergen 1979, chapter 7)."""
