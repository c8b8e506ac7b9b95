"""Statistics: how sure a difference is, from blocks of clips.

With 20 blocks or more by a paired bootstrap (Bisani & Ney 2004), its percentiles moved out to what Student's t would
take (the expanded percentile interval of Hesterberg 2015; plain percentiles are too narrow). Fewer blocks draw too few
different samples for that: there the interval is Student's t about the jackknife's standard error (Miller 1974).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from eval_suites.results import BlockKind, block_kind
from eval_suites.tally import Tally, rate
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

FEW_BLOCKS = 20
DESCRIBABLE_BLOCKS = 10
DRAWS_AT_ONCE = 500
Strength = Literal["full", "few", "description"]
Method = Literal["bootstrap", "t"]


@dataclass(frozen=True)
class Interval:
    """The candidate's rate less the baseline's, and the interval of it. All are fractions.

    ``relative`` is the same by the baseline's rate. ``method`` says how the interval was made: ``bootstrap``
    (expanded percentiles), or ``t`` below 20 blocks. ``strength`` says what the blocks allow: ``few`` below 20; only a
    ``description`` below 10, or where clips stand for themselves because nobody is named (``kind`` is ``clip``).
    With a single block there is no interval (NaN). ``error`` is the standard error of the change.
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
    error: float

    @property
    def strength(self) -> Strength:
        """What the number and the kind of the blocks allow to be said."""
        if self.blocks < DESCRIBABLE_BLOCKS or self.kind == "clip":
            return "description"
        return "few" if self.blocks < FEW_BLOCKS else "full"


def paired_bootstrap(
    baseline: pd.DataFrame,
    candidate: pd.DataFrame,
    *,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    metric: str = "cer",
) -> Interval:
    """Compare two sets of ``Results.rows``, each of one model, over the same clips.

    Blocks are drawn with all their clips, for both sides at once. Raises ``UserError`` (``comparison.unpaired``,
    exit 4) where a clip stands on one side only.
    """
    keys = ["suite", "utterance_id"]
    _check_paired(baseline.set_index(keys).index, candidate.set_index(keys).index)
    # Sorted, so that neither the manifest's order nor the rows' decides which block a draw takes.
    blocks = sorted(baseline["block"].astype(str).unique())
    sides = [_per_block(rows, blocks, metric) for rows in (baseline, candidate)]
    return bootstrap(sides[0], sides[1], kind=block_kind(baseline), draws=draws, seed=seed, level=level)


def bootstrap(
    baseline: Sequence[Tally],
    candidate: Sequence[Tally],
    *,
    kind: BlockKind = "speaker",
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """The interval from one tally per block and side, in the same order."""
    pairs = zip(baseline, candidate, strict=True)
    sums = [[a.errors, a.reference_length, b.errors, b.reference_length] for a, b in pairs]
    counts = np.array(sums, dtype=np.float64).reshape(-1, 4)
    old, new = (float(side) for side in _rates(counts.sum(axis=0)))
    method: Method = "t" if len(counts) < FEW_BLOCKS else "bootstrap"
    if method == "t":
        low, high, error = _student(counts, new - old, level)
    else:
        changes = _delta(_draw(counts, draws, seed))
        low, high = _quantiles(changes, _ends(len(counts), level))
        error = float(np.nanstd(changes))
    relative = (new - old) / old if old else math.nan
    return Interval(old, new, new - old, low, high, relative, len(counts), kind, level, method, error)


def _student(counts: NDArray[np.float64], delta: float, level: float) -> tuple[float, float, float]:
    """Student's t interval about the change, its error from leaving out each block in turn, and that error."""
    from scipy.special import stdtrit

    blocks = len(counts)
    if blocks < 2:
        return math.nan, math.nan, math.nan
    without = _delta(counts.sum(axis=0) - counts)
    error = math.sqrt((blocks - 1) / blocks * float(np.sum((without - without.mean()) ** 2)))
    reach = float(stdtrit(blocks - 1, (1 + level) / 2)) * error
    return delta - reach, delta + reach, error


def _ends(blocks: int, level: float) -> tuple[float, float]:
    """The percentiles to take of the draws: normal tails as far out as t's, for a spread that n blocks understate."""
    from scipy.special import ndtr, stdtrit

    tail = float(ndtr(-math.sqrt(blocks / (blocks - 1)) * stdtrit(blocks - 1, (1 + level) / 2)))
    return tail, 1 - tail


def _draw(counts: NDArray[np.float64], draws: int, seed: int) -> NDArray[np.float64]:
    """Sums over blocks drawn with replacement: float64[draws, 4]."""
    generator = np.random.default_rng(seed)
    blocks = len(counts)
    sums = []
    for first in range(0, draws, DRAWS_AT_ONCE):
        some = min(DRAWS_AT_ONCE, draws - first)
        taken = generator.integers(blocks, size=(some, blocks)) + np.arange(some)[:, None] * blocks
        times = np.bincount(taken.ravel(), minlength=some * blocks).reshape(some, blocks)
        sums.append(times @ counts)
    return np.concatenate(sums)


def _rates(sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums, float64[..., 4], to the two sides' rates, float64[...] each."""
    return rate(sums[..., 0], sums[..., 1]), rate(sums[..., 2], sums[..., 3])


def _delta(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    old, new = _rates(sums)
    return np.asarray(new - old)


def _quantiles(values: NDArray[np.float64], ends: Sequence[float]) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, ends)
    return float(low), float(high)


def _per_block(rows: pd.DataFrame, blocks: Sequence[str], metric: str) -> list[Tally]:
    prefix = "" if metric == "cer" else f"{metric}_"
    columns = [prefix + name for name in ("hits", "substitutions", "deletions", "insertions")]
    sums = rows.groupby(rows["block"].astype(str))[columns].sum().reindex(list(blocks), fill_value=0)
    return [Tally(*map(int, counts)) for counts in sums.itertuples(index=False)]


def _check_paired(one: pd.Index, other: pd.Index) -> None:
    alone = [*one.symmetric_difference(other), *one[one.duplicated()], *other[other.duplicated()]]
    if alone:
        raise UserError("comparison.unpaired", count=len(alone), suite=alone[0][0], utterance=alone[0][1])
