"""Statistics: how sure a difference is, from blocks of clips.

With 20 blocks or more by a paired bootstrap (Bisani & Ney 2004): the change, and on both sides of it as far as 95 % of
the draws lie from it (the symmetric percentile interval of Hall, J. R. Stat. Soc. B 50, 1988), moved out to what
Student's t would take (expanded percentiles: Hesterberg 2015). Percentiles taken on each side alone were too narrow
where clips loop: a few long ones make draws skewed in the wrong direction. Fewer blocks draw too few different samples
for either: there the interval is Student's t about the jackknife's standard error (Miller 1974).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from eval_suites import mapsswe
from eval_suites.blocks import Blocks, changes
from eval_suites.rates import Rate
from eval_suites.resampling import EXACT_BLOCKS, drawn_sums, swapped_sums
from eval_suites.results import BlockKind
from eval_suites.scorer import HEADLINE
from eval_suites.tally import Tally

if TYPE_CHECKING:
    import pandas as pd

FEW_BLOCKS = 20
DESCRIBABLE_BLOCKS = 10
TAIL_DRAWS = 20
"""Of the draws, the fewest that must lie beyond an interval; further out it is drawn on as a normal one."""
Strength = Literal["full", "few", "description"]
Method = Literal["bootstrap", "t"]


@dataclass(frozen=True)
class Interval:
    """The candidate's rate less the baseline's, and the interval of it. All are fractions.

    ``relative`` is the same by the baseline's rate. ``method`` says how the interval was made: ``bootstrap``, or ``t``
    below 20 blocks. ``strength`` says what the blocks allow: ``few`` below 20; only a ``description`` below 10, or
    where clips stand for themselves because nobody is named (``kind`` is ``clip``). With a single block there is no
    interval (NaN). ``error`` is the standard error of the change. ``p`` (two-sided) is how often a change as large
    comes about when the sides are swapped by blocks, ``mapsswe_p`` that of ``mapsswe.compare`` over segments; NaN
    where they were not asked for, or where there are no texts to segment.
    """

    baseline: float
    candidate: float
    delta: float
    low: float
    high: float
    relative: float
    blocks: int
    kind: BlockKind
    level: float
    method: Method
    error: float = math.nan
    p: float = math.nan
    mapsswe_p: float = math.nan
    higher_is_better: bool = False

    @property
    def strength(self) -> Strength:
        """What the number and the kind of the blocks allow to be said."""
        if self.blocks < DESCRIBABLE_BLOCKS or self.kind == "clip":
            return "description"
        return "few" if self.blocks < FEW_BLOCKS else "full"

    @property
    def loss(self) -> tuple[float, float, float]:
        """The change and the two ends such that above 0 is worse, whichever way the metric counts."""
        if self.higher_is_better:
            return -self.delta, -self.high, -self.low
        return self.delta, self.low, self.high

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of 0."""
        return self.low > 0 or self.high < 0


def verdict_allowed(interval: Interval) -> bool:
    """Whether better, worse, pass or fail may be said; else the change is shown with its number of blocks only."""
    return interval.strength != "description"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two sides resampled once, so that intervals of many levels can be read. ``mapsswe_p`` is handed through."""

    blocks: Blocks
    draws: int = 10_000
    seed: int = 0
    mapsswe_p: float = math.nan

    def at(self, level: float) -> Interval:
        """The interval of a level: 0.95 for one that covers the true change in 95 % of such samples."""
        sides, count = self._sums, len(self.blocks)
        old, new = (self.blocks.rate.of_counts(*map(int, side)) for side in sides)
        reach = self._reach(level) if count > 1 else math.nan
        return Interval(
            old, new, new - old, new - old - reach, new - old + reach, (new - old) / old if old else math.nan, count,
            self.blocks.kind, level, self.method, self.error, self.p, self.mapsswe_p, self.blocks.rate.higher_is_better,
        )  # fmt: skip

    @property
    def method(self) -> Method:
        """How intervals are made."""
        return "t" if len(self.blocks) < FEW_BLOCKS else "bootstrap"

    @functools.cached_property
    def error(self) -> float:
        """The standard error of the change; NaN for a single block."""
        count = len(self.blocks)
        if count < 2:
            return math.nan
        if self.method == "bootstrap":  # draws vary as n - 1 blocks do
            return (
                float(np.sqrt(np.mean(self._distances**2) * count / (count - 1))) if len(self._distances) else math.nan
            )
        parts = self.blocks.parts
        without = changes(parts.sum(axis=0) - parts)
        return math.sqrt((count - 1) / count * float(np.sum((without - without.mean()) ** 2)))

    @functools.cached_property
    def p(self) -> float:
        """Two-sided p of the change when each block's sides are swapped or not (Fisher's randomisation test).

        Exact up to 14 blocks; else of random swaps, the one that was found among them (Phipson & Smyth 2010).
        """
        parts = self.blocks.parts
        found = abs(float(changes(parts.sum(axis=0))))
        if not math.isfinite(found):
            return math.nan
        swapped = swapped_sums(parts[:, [2, 3, 0, 1]] - parts, self.draws, self.seed) + parts.sum(axis=0)
        # Sums in another order may differ in their last digits; a swap without a rate speaks for chance.
        count = int(np.sum(~(np.abs(changes(swapped)) < found * (1 - 1e-9))))
        return count / len(swapped) if len(parts) <= EXACT_BLOCKS else (1 + count) / (1 + len(swapped))

    @functools.cached_property
    def _sums(self) -> NDArray[np.int64]:
        return np.asarray(self.blocks.counts.sum(axis=0))

    @functools.cached_property
    def _distances(self) -> NDArray[np.float64]:
        """How far the draws' changes lie from the one found, the nearest first; those without a rate left out."""
        parts = self.blocks.parts
        away = np.abs(changes(drawn_sums(parts, self.draws, self.seed)) - changes(parts.sum(axis=0)))
        return np.sort(away[np.isfinite(away)])

    def _reach(self, level: float) -> float:
        """How far the interval goes to each side."""
        from scipy.special import ndtr, ndtri, stdtrit

        count = len(self.blocks)
        quantile = float(stdtrit(count - 1, (1 + level) / 2))
        if self.method == "t":
            return quantile * self.error
        draws = len(self._distances)
        if not draws:
            return math.nan
        tail = float(ndtr(-math.sqrt(count / (count - 1)) * quantile))
        seen = max(tail, TAIL_DRAWS / 2 / draws) if draws > TAIL_DRAWS else 0.25
        reach = float(np.quantile(self._distances, 1 - 2 * seen))
        return reach if seen == tail else reach * float(ndtri(tail) / ndtri(seen))


def compare(
    baseline: pd.DataFrame,
    candidate: pd.DataFrame,
    *,
    metric: str = HEADLINE,
    draws: int = 10_000,
    seed: int = 0,
    segments: bool = True,
) -> Comparison:
    """Compare a metric of two sets of ``Results.rows``, each of one model, over the same clips.

    ``segments``: MAPSSWE too, where the metric is an error rate over syllables or words. Raises ``UserError``:
    ``comparison.unpaired`` (exit 4) where a clip stands on one side only, ``eval.metric_unknown``.
    """
    blocks = Blocks.of_rows(baseline, candidate, metric)
    p = mapsswe.of_rows(baseline, candidate, metric).p if segments and mapsswe.applies(baseline, metric) else math.nan
    return Comparison(blocks, draws, seed, p)


def paired_bootstrap(
    baseline: pd.DataFrame,
    candidate: pd.DataFrame,
    *,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    metric: str = HEADLINE,
    segments: bool = True,
) -> Interval:
    """The interval of ``compare`` at one level. Blocks are drawn with all their clips, for both sides at once."""
    return compare(baseline, candidate, metric=metric, draws=draws, seed=seed, segments=segments).at(level)


def bootstrap(
    baseline: Sequence[Tally],
    candidate: Sequence[Tally],
    *,
    kind: BlockKind = "speaker",
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    rate: Rate | None = None,
) -> Interval:
    """The interval from one tally per block and side, in the same order."""
    blocks = Blocks.of_tallies(baseline, candidate, kind, *([rate] if rate else []))
    return Comparison(blocks, draws, seed).at(level)


def holm(comparisons: Mapping[str, Comparison], level: float = 0.95) -> dict[str, Interval]:
    """Every group's interval, widened so that all that are said to exclude 0 do so together at this level.

    Holm's step-down (1979): each step widens to the groups still open; those whose interval excludes 0 are decided with
    it, which is what taking them one by one in the order of their p would do, without needing p. Those never decided
    have the last step's. Groups that allow no verdict are not counted, and have the plain interval.
    """
    still = {name: one for name, one in comparisons.items() if verdict_allowed(one.at(level))}
    intervals = {name: one.at(level) for name, one in comparisons.items() if name not in still}
    while still:
        step = {name: one.at(1 - (1 - level) / len(still)) for name, one in still.items()}
        decided = {name for name, interval in step.items() if interval.excludes_zero}
        intervals |= {name: step[name] for name in decided or step}
        still = {name: one for name, one in still.items() if decided and name not in decided}
    return {name: intervals[name] for name in comparisons}
