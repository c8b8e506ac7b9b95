"""Blocks: what two sides counted over the same clips, summed by speaker (or call, or clip)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eval_suites import metrics
from eval_suites.rates import ERROR_RATE, Rate
from eval_suites.results import BlockKind, block_kind
from eval_suites.scorer import HEADLINE
from eval_suites.tally import COUNTS, Tally, rate
from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["suite", "utterance_id"]


@dataclass(frozen=True, eq=False)
class Blocks:
    """Counts of both sides by block: int64[blocks, side, count].

    The sides are the baseline and the candidate, the counts hits, substitutions, deletions and insertions. ``rate`` is
    what is made of their sums.
    """

    counts: NDArray[np.int64]
    kind: BlockKind = "speaker"
    rate: Rate = ERROR_RATE

    def __len__(self) -> int:
        """How many blocks there are."""
        return len(self.counts)

    @property
    def parts(self) -> NDArray[np.float64]:
        """Of each block what the rate divides by what, float64[blocks, 4]: the baseline's two, then the candidate's."""
        weights = np.array([self.rate.above, self.rate.below], dtype=np.int64)
        return (self.counts @ weights.T).reshape(-1, 4).astype(np.float64)

    @classmethod
    def of_tallies(
        cls, baseline: Sequence[Tally], candidate: Sequence[Tally], kind: BlockKind = "speaker", rate: Rate = ERROR_RATE
    ) -> Blocks:
        """One tally per block and side, in the same order."""
        pairs = zip(baseline, candidate, strict=True)
        counts = [[[t.hits, t.substitutions, t.deletions, t.insertions] for t in pair] for pair in pairs]
        return cls(np.array(counts, dtype=np.int64).reshape(-1, 2, 4), kind, rate)

    @classmethod
    def of_rows(cls, baseline: pd.DataFrame, candidate: pd.DataFrame, metric: str = HEADLINE) -> Blocks:
        """Two sets of ``Results.rows``, each of one model, over the same clips; blocks sorted by name.

        Raises ``UserError``: ``comparison.unpaired`` (exit 4) where a clip stands on one side only, and
        ``eval.metric_unknown``.
        """
        _check_paired(baseline, candidate)
        # Sorted, so that neither the manifest's order nor the rows' decides which block a draw takes.
        names = np.unique([*baseline["block"].astype(str), *candidate["block"].astype(str)])
        prefix = "" if metric == HEADLINE else f"{metric}_"
        sides = [_sums(rows, names, [prefix + name for name in COUNTS]) for rows in (baseline, candidate)]
        return cls(np.stack(sides, axis=1), block_kind(baseline), metrics.get(metric).rate)


def changes(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of ``Blocks.parts``, float64[..., 4], to the candidate's rate less the baseline's, float64[...]."""
    return np.asarray(rate(sums[..., 2], sums[..., 3]) - rate(sums[..., 0], sums[..., 1]))


def _sums(rows: pd.DataFrame, names: NDArray[np.str_], columns: list[str]) -> NDArray[np.int64]:
    """The columns' sums by block: int64[blocks, columns]."""
    of_row = np.searchsorted(names, rows["block"].astype(str).to_numpy(dtype=str))
    sums = np.zeros((len(names), len(columns)), dtype=np.int64)
    np.add.at(sums, of_row, rows[columns].to_numpy(dtype=np.int64))
    return sums


def _check_paired(baseline: pd.DataFrame, candidate: pd.DataFrame) -> None:
    clips, same = baseline[KEYS], candidate[KEYS].reset_index(drop=True)
    if clips.reset_index(drop=True).equals(same) and not clips.duplicated().any():
        return  # as rows of one evaluation are, in the same order
    one, other = (rows.set_index(KEYS).index for rows in (baseline, candidate))
    alone = [*one.symmetric_difference(other), *one[one.duplicated()], *other[other.duplicated()]]
    if alone:
        raise UserError("comparison.unpaired", count=len(alone), suite=alone[0][0], utterance=alone[0][1])
