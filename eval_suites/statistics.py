"""Statistics: how sure a difference is, by a paired bootstrap over blocks (Bisani & Ney 2004)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from eval_suites.tally import Tally, rate
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

FEW_BLOCKS = 20
DESCRIBABLE_BLOCKS = 10
DRAWS_AT_ONCE = 500
Strength = Literal["full", "few", "description"]


@dataclass(frozen=True)
class Interval:
    """The candidate's rate less the baseline's, and the percentile interval of it. All are fractions.

    ``relative`` is the same by the baseline's rate. ``strength`` says what the number of blocks allows: ``few`` below
    20, below 10 only a ``description``. With a single block there is no interval (NaN).
    """

    baseline: float
    candidate: float
    delta: float
    low: float
    high: float
    relative: float
    relative_low: float
    relative_high: float
    blocks: int
    clips: int
    level: float
    draws: int
    strength: Strength


def paired_bootstrap(
    baseline: pd.DataFrame,
    candidate: pd.DataFrame,
    *,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    metric: str = "cer",
    block: str = "block",
) -> Interval:
    """Compare two sets of ``Results.rows``, each of one model, over the same clips.

    Blocks (speakers, or what ``block`` names) are drawn with all their clips, for both sides at once. Raises
    ``UserError`` (``comparison.unpaired``, exit 4) where a clip stands on one side only.
    """
    keys = ["suite", "utterance_id"]
    _check_paired(baseline.set_index(keys).index, candidate.set_index(keys).index)
    # Sorted, so that neither the manifest's order nor the rows' decides which block a draw takes.
    blocks = sorted(baseline[block].astype(str).unique())
    tallies = [_per_block(rows, block, blocks, metric) for rows in (baseline, candidate)]
    return bootstrap(tallies[0], tallies[1], clips=len(baseline), draws=draws, seed=seed, level=level)


def bootstrap(
    baseline: Sequence[Tally],
    candidate: Sequence[Tally],
    *,
    clips: int = 0,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """The interval from one tally per block and side, in the same order."""
    pairs = zip(baseline, candidate, strict=True)
    sums = [[a.errors, a.reference_length, b.errors, b.reference_length] for a, b in pairs]
    counts = np.array(sums, dtype=np.float64).reshape(-1, 4)
    rates = _rates(counts.sum(axis=0, keepdims=True))[:, 0]
    drawn = _rates(_draw(counts, draws, seed)) if len(counts) > 1 else np.full((2, 1), np.nan)
    delta, relative = _delta(rates), _relative(rates)
    ends = [(1 - level) / 2, (1 + level) / 2]
    low, high = _quantiles(_delta(drawn), ends)
    relative_low, relative_high = _quantiles(_relative(drawn), ends)
    strength: Strength = "full"
    if len(counts) < FEW_BLOCKS:
        strength = "few" if len(counts) >= DESCRIBABLE_BLOCKS else "description"
    return Interval(
        float(rates[0]), float(rates[1]), float(delta), low, high, float(relative), relative_low, relative_high,
        len(counts), clips, level, draws, strength,
    )  # fmt: skip


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


def _rates(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[draws, 4] to the two sides' rates, float64[2, draws]; NaN where there is no reference."""
    return rate(sums[:, [0, 2]], sums[:, [1, 3]]).T


def _delta(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rates[1] - rates[0])


def _relative(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.asarray((rates[1] - rates[0]) / rates[0])
    return np.where(np.isfinite(relative), relative, np.nan)


def _quantiles(values: NDArray[np.float64], ends: Sequence[float]) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, ends)
    return float(low), float(high)


def _per_block(rows: pd.DataFrame, block: str, blocks: Sequence[str], metric: str) -> list[Tally]:
    prefix = "" if metric == "cer" else f"{metric}_"
    columns = [prefix + name for name in ("hits", "substitutions", "deletions", "insertions")]
    sums = rows.groupby(rows[block].astype(str))[columns].sum().reindex(list(blocks), fill_value=0)
    return [Tally(*map(int, counts)) for counts in sums.itertuples(index=False)]


def _check_paired(one: pd.Index, other: pd.Index) -> None:
    alone = [*one.symmetric_difference(other), *one[one.duplicated()], *other[other.duplicated()]]
    if alone:
        raise UserError("comparison.unpaired", count=len(alone), suite=alone[0][0], utterance=alone[0][1])
