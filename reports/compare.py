"""Change: one model against another over the same clips, as figures."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from eval_suites.blocks import Blocks
from eval_suites.power import detectable
from eval_suites.results import BlockKind, block_kind
from eval_suites.statistics import Comparison, Interval, Method, Strength, compare, holm
from eval_suites.tally import Tally
from reports.evidence import Evidence
from reports.rounding import NOTHING, Figure, per_minute, points, relative
from reports.text import Text, say

if TYPE_CHECKING:
    import pandas as pd


MARKS = {"full": "", "few": "†", "description": "‡"}
Unit = Literal["points", "per_minute"]
MINUTE_MS = 60_000
UNKNOWN = Figure(None, NOTHING)


@dataclass(frozen=True)
class Change:
    """How the subject's CER differs from another model's, in percentage points; below 0 it is lower.

    ``unit`` is ``per_minute`` where nothing was said: there it is syllables written per minute of sound. ``size`` is
    the change without its sign. ``blocks``, ``kind``, ``strength``, ``method`` and ``p`` are
    ``Interval``'s. ``adjusted`` says whether it stands after Holm's step-down over the rows of its kind.
    ``detectable`` is the smallest true change that these clips show in four cases of five, each row by itself.
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
    p: float = math.nan
    adjusted: bool = False
    detectable: Figure = UNKNOWN
    unit: Unit = "points"

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
    def verdict(self) -> str:
        """What may be said: ``better`` and ``worse`` only after Holm's adjustment, ``few`` where nothing may."""
        if self.delta.value is None or self.single or self.described:
            return "few"
        if self.direction == "open" or self.adjusted:
            return self.direction
        return f"{self.direction}_alone"

    @property
    def verdict_word(self) -> Text:
        """The verdict in words, so that no colour is needed."""
        return say(f"common.verdict_{self.verdict}")

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
    made = compared(evidence, rows, subject, other)
    return as_change(made.at(evidence.level)) if made else None


def compared(evidence: Evidence, rows: pd.DataFrame, subject: str, other: str) -> Comparison | None:
    """The same, resampled, so that intervals of any level can be read."""
    old, new = (rows[rows["model"] == name] for name in (other, subject))
    if old.empty or new.empty:
        return None
    return compare(old, new, draws=evidence.draws, seed=evidence.seed, segments=False)


def compared_in_silence(evidence: Evidence, rows: pd.DataFrame, subject: str, other: str) -> Comparison | None:
    """The same where nothing is said: syllables written per millisecond of sound, over the same blocks."""
    old, new = (rows[rows["model"] == name] for name in (other, subject))
    if old.empty or new.empty:
        return None
    blocks = sorted(old["block"].astype(str).unique())
    tallies = Blocks.of_tallies(_written(old, blocks), _written(new, blocks), block_kind(old))
    return Comparison(tallies, evidence.draws, evidence.seed)


def _written(rows: pd.DataFrame, blocks: Sequence[str]) -> list[Tally]:
    """Syllables as insertions into so many milliseconds, a tally a block: their rate is syllables by time."""
    of_block = rows.groupby(rows["block"].astype(str))
    written = of_block["insertions"].sum().reindex(list(blocks), fill_value=0)
    lasting = of_block["duration_s"].sum().reindex(list(blocks), fill_value=0.0)
    return [
        Tally(hits=round(1000 * float(seconds)), insertions=int(count))
        for count, seconds in zip(written, lasting, strict=True)
    ]


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
        interval.p,
        detectable=points(detectable(interval, level=interval.level), sign=False),
    )


def as_silent_change(interval: Interval) -> Change:
    """The same of ``compared_in_silence``, in syllables per minute."""
    delta, low, high = (MINUTE_MS * rate for rate in (interval.delta, interval.low, interval.high))
    return dataclasses.replace(
        as_change(interval),
        delta=per_minute(delta, sign=True),
        size=per_minute(abs(delta)),
        low=per_minute(low, sign=True),
        high=per_minute(high, sign=True),
        detectable=UNKNOWN,
        unit="per_minute",
    )


def adjusted(changes: Mapping[str, Change], comparisons: Mapping[str, Comparison], level: float) -> dict[str, Change]:
    """The same changes, each knowing whether it stands after Holm's step-down over all of them."""
    decided = {name for name, interval in holm(comparisons, level).items() if interval.excludes_zero}
    return {name: dataclasses.replace(one, adjusted=name in decided) for name, one in changes.items()}
