"""Change: one model against another over the same clips, as figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval_suites.results import BlockKind
from eval_suites.statistics import Interval, Method, Strength, paired_bootstrap
from reports.evidence import Evidence
from reports.rounding import NOTHING, Figure, points, relative
from reports.text import Text, say

if TYPE_CHECKING:
    import pandas as pd


MARKS = {"full": "", "few": "†", "description": "‡"}


@dataclass(frozen=True)
class Change:
    """How the subject's CER differs from another model's, in percentage points; below 0 it is lower.

    ``size`` is the change without its sign. ``blocks``, ``kind``, ``strength`` and ``method`` are ``Interval``'s.
    """

    delta: Figure
    size: Figure
    low: Figure
    high: Figure
    relative: Figure
    blocks: int
    kind: BlockKind
    strength: Strength
    method: Method

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

    @property
    def single(self) -> bool:
        """Whether something was measured, but on too little for an interval."""
        return self.delta.value is not None and self.low.value is None

    @property
    def described(self) -> bool:
        """Whether the change only describes the clips that were heard."""
        return self.strength == "description"

    @property
    def tone(self) -> str:
        """The page's class: a colour only where more than a description is claimed."""
        return "described" if self.described else self.direction

    @property
    def word(self) -> Text:
        """The direction in words."""
        return say("common.single" if self.single else f"common.{self.direction}")

    @property
    def mark(self) -> str:
        """The sign of the note that says what few blocks allow."""
        return MARKS[self.strength]

    @property
    def counted(self) -> Text:
        """How many blocks of which kind, "12 speakers"."""
        return counted(self.kind, self.blocks)


def counted(kind: BlockKind, blocks: int) -> Text:
    """A number of blocks in words."""
    return say(f"common.one_{kind}") if blocks == 1 else say(f"common.some_{kind}", n=f"{blocks:,}")


def change(evidence: Evidence, rows: pd.DataFrame, subject: str, other: str) -> Change | None:
    """The subject against the other model on these rows; ``None`` where there is nothing to compare."""
    old, new = rows[rows["model"] == other], rows[rows["model"] == subject]
    if old.empty or new.empty:
        return None
    return as_change(
        paired_bootstrap(old, new, draws=evidence.draws, seed=evidence.seed, level=evidence.level, segments=False)
    )


def as_change(interval: Interval) -> Change:
    """An interval with its numbers rounded."""
    return Change(
        points(interval.delta),
        points(abs(interval.delta), sign=False),
        points(interval.low),
        points(interval.high),
        relative(interval.relative),
        interval.blocks,
        interval.kind,
        interval.strength,
        interval.method,
    )
