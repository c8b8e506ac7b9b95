"""Match: one thing done by us and by a peer, in turn on the same input; what ``make bench`` puts into its table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 5
Times = Sequence[Sequence[float]]
"""Seconds of our rounds, and of theirs."""


@dataclass(frozen=True)
class Match:
    """Speeds of both in ``unit`` (more is better); how many times faster we are, at least and at most in a round.

    ``part`` of the suite, ``what`` is done, and the ``peer`` that does it too.
    """

    part: str
    what: str
    peer: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    low: float
    high: float

    @classmethod
    def of(cls, part: str, what: str, peer: str, unit: str, amount: float, times: Times) -> Match:
        """From the seconds that each took for ``amount`` units in each round: medians."""
        ratios = [theirs / ours for ours, theirs in zip(*times, strict=True)]
        ours, theirs = (amount / statistics.median(side) for side in times)
        return cls(part, what, peer, unit, ours, theirs, statistics.median(ratios), min(ratios), max(ratios))


def in_turn(sides: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> list[list[float]]:
    """Seconds of each side in each round, after one that is not counted."""
    for work in sides:
        work()
    return [list(times) for times in zip(*([_timed(work) for work in sides] for _ in range(rounds)), strict=True)]


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def table(matches: Sequence[Match]) -> list[str]:
    """Lines of a Markdown table."""
    return [
        "| Part | What | Peer | Unit | Ours | Theirs | Times faster (lowest to highest) |",
        "|---|---|---|---|--:|--:|--:|",
    ] + [
        f"| {m.part} | {m.what} | {m.peer} | {m.unit} | {m.ours:,.4g} | {m.theirs:,.4g} "
        f"| {m.ratio:.1f} ({m.low:.1f} to {m.high:.1f}) |"
        for m in matches
    ]
