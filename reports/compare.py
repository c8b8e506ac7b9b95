"""Change: one model against another over the same clips, as figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval_suites.statistics import Interval, paired_bootstrap
from reports.evidence import Evidence
from reports.rounding import NOTHING, Figure, points, relative

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Change:
    """How the subject's CER differs from another model's, in percentage points; below 0 it is lower.

    ``few`` says that there are too few speakers for the interval to be proof (``Interval.strength``).
    """

    delta: Figure
    low: Figure
    high: Figure
    relative: Figure
    speakers: int
    few: bool

    @property
    def interval(self) -> str:
        """The interval as text, "[−13.0, −9.1]"."""
        return f"[{self.low}, {self.high}]" if self.low.value is not None else NOTHING

    @property
    def direction(self) -> str:
        """``better`` or ``worse`` where the whole interval lies on one side of 0, else ``open``."""
        if self.high.value is not None and self.high.value < 0:
            return "better"
        return "worse" if self.low.value is not None and self.low.value > 0 else "open"


def change(evidence: Evidence, rows: pd.DataFrame, subject: str, other: str) -> Change | None:
    """The subject against the other model on these rows; ``None`` where there is nothing to compare."""
    old, new = rows[rows["model"] == other], rows[rows["model"] == subject]
    if old.empty or new.empty:
        return None
    return as_change(paired_bootstrap(old, new, draws=evidence.draws, seed=evidence.seed, level=evidence.level))


def as_change(interval: Interval) -> Change:
    """An interval with its numbers rounded."""
    return Change(
        points(interval.delta),
        points(interval.low),
        points(interval.high),
        relative(interval.relative),
        interval.blocks,
        interval.strength != "full",
    )
