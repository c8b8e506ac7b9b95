"""Bands: how sure a rate itself is, of every model in every condition, from blocks of clips.

The same blocks are drawn for all models and conditions that share them, so that their bands are paired. The intervals
are those of ``statistics``: from 20 blocks on symmetric about the rate and expanded (Hall 1988, Hesterberg 2015),
below that Student's t about the jackknife's standard error (Miller 1974).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eval_suites import metrics
from eval_suites.resampling import drawn_sums
from eval_suites.results import BlockKind, block_kind
from eval_suites.scorer import HEADLINE
from eval_suites.statistics import DESCRIBABLE_BLOCKS, FEW_BLOCKS, Method, Strength
from eval_suites.tally import COUNTS, rate

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, ...]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """A rate of summed counts and its interval, as fractions; NaN where there is none (no reference, one block).

    ``clips``: how many were counted; ``blocks`` of which ``kind`` they are from. The interval ends at 0.
    """

    rate: float
    low: float
    high: float
    clips: int
    blocks: int
    kind: BlockKind
    method: Method

    @property
    def strength(self) -> Strength:
        """What the number and the kind of the blocks allow to be said, as ``Interval.strength``."""
        if self.blocks < DESCRIBABLE_BLOCKS or self.kind == "clip":
            return "description"
        return "few" if self.blocks < FEW_BLOCKS else "full"


def bands(
    rows: pd.DataFrame,
    by: Sequence[str],
    *,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    metric: str = HEADLINE,
) -> dict[Key, Band]:
    """The band of each group of ``Results.rows`` with equal values of ``by`` (such as model and suite)."""
    if rows.empty:
        return {}
    weights = metrics.get(metric).rate
    kinds: dict[Key, BlockKind] = {
        tuple(map(str, key)): block_kind(own) for key, own in rows.groupby(list(by), sort=False)
    }
    prefix = "" if metric == HEADLINE else f"{metric}_"
    columns = [prefix + name for name in COUNTS]
    keyed = rows[[*by, *columns]].assign(block=rows["block"].astype(str))
    grouped = keyed.groupby([*by, "block"], sort=True)
    counts = grouped[columns].sum()
    clips = grouped.size().unstack("block", fill_value=0)
    above, below = (
        (counts @ np.array(side)).unstack("block", fill_value=0).to_numpy(np.float64)
        for side in (weights.above, weights.below)
    )
    made: dict[Key, Band] = {}
    present = clips.to_numpy() > 0
    for places in _alike(present):
        here = present[places[0]]
        own_above, own_below = above[places][:, here], below[places][:, here]
        method: Method = "t" if own_above.shape[1] < FEW_BLOCKS else "bootstrap"
        for place, reach in zip(places, _reach(own_above, own_below, draws, seed, level), strict=True):
            label = clips.index[place]
            total = float(rate(above[place].sum(), below[place].sum()))
            key: Key = tuple(map(str, label)) if isinstance(label, tuple) else (str(label),)
            low = max(total - reach, 0.0) if reach == reach else math.nan
            own = int(clips.iloc[place].sum())
            made[key] = Band(total, low, total + float(reach), own, len(own_above[0]), kinds[key], method)
    return made


def _alike(present: NDArray[np.bool_]) -> Iterator[list[int]]:
    """Groups (rows) that have the same blocks."""
    places: dict[bytes, list[int]] = {}
    for place, own in enumerate(present):
        places.setdefault(own.tobytes(), []).append(place)
    yield from places.values()


def _reach(above: Numbers, below: Numbers, draws: int, seed: int, level: float) -> Numbers:
    """How far the bands go to each side, float64[groups], of sums float64[groups, blocks]; NaN for a single block."""
    from scipy.special import ndtr, stdtrit

    groups, blocks = above.shape
    if blocks < 2:
        return np.full(groups, np.nan)
    whole = rate(above.sum(axis=1), below.sum(axis=1))
    quantile = float(stdtrit(blocks - 1, (1 + level) / 2))
    if blocks < FEW_BLOCKS:
        without = rate(above.sum(axis=1, keepdims=True) - above, below.sum(axis=1, keepdims=True) - below)
        spread = np.square(without - without.mean(axis=1, keepdims=True)).sum(axis=1)
        return np.asarray(quantile * np.sqrt((blocks - 1) / blocks * spread))
    sums = drawn_sums(np.concatenate([above, below]).T, draws, seed)
    away = np.abs(rate(sums[:, :groups], sums[:, groups:]) - whole)
    away[:, ~np.isfinite(whole)] = 0.0
    tail = float(ndtr(-math.sqrt(blocks / (blocks - 1)) * quantile))
    return np.where(np.isfinite(whole), np.nanquantile(away, 1 - 2 * tail, axis=0), np.nan)
