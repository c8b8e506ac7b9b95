"""Power: the smallest change that a set of clips can detect, and how many blocks a margin needs.

The minimum detectable effect of Bloom (Evaluation Review 19, 1995): the standard error times the sum of two quantiles
of Student's t, one for the level and one for the power. Errors shrink with the root of the number of blocks.
"""

from __future__ import annotations

import math

from eval_suites.statistics import DESCRIBABLE_BLOCKS, Interval

MOST_BLOCKS = 10**9
"""More than any corpus has speakers: a margin that needs more is not to be held."""


def detectable(interval: Interval, power: float = 0.8, level: float = 0.95, tests: int = 1) -> float:
    """The smallest true change (a fraction) that such a comparison finds with this probability.

    ``interval`` is of a comparison over the same clips, made at any level: of it ``error`` and ``blocks`` are taken.
    ``level`` is the two-sided interval's, shared by ``tests`` groups (Holm's first step, which is the hardest). The
    same number is the margin that a candidate as good as the baseline passes with this probability. NaN where too few
    blocks allow no verdict, or where the two sides nowhere differ, which says nothing of how changes spread.
    """
    if interval.strength == "description" or not interval.error > 0:
        return math.nan
    return interval.error * _reach(interval.blocks, power, level, tests)


def blocks_needed(
    interval: Interval, margin: float, power: float = 0.8, level: float = 0.95, tests: int = 1
) -> int | None:
    """How many blocks like these make ``margin`` (a fraction) detectable; at least 10, the fewest for a verdict.

    ``None`` where that cannot be told: one block or none, no margin, or two sides that nowhere differ.
    """
    spread = interval.error * math.sqrt(interval.blocks)
    if not (margin > 0 and spread > 0):
        return None

    def enough(blocks: int) -> bool:
        return spread / math.sqrt(blocks) * _reach(blocks, power, level, tests) <= margin

    low, high = DESCRIBABLE_BLOCKS - 1, DESCRIBABLE_BLOCKS
    while not enough(high):
        low, high = high, high * 2
        if high > MOST_BLOCKS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _reach(blocks: int, power: float, level: float, tests: int) -> float:
    """How many standard errors a change must have."""
    from scipy.special import stdtrit

    tail = (1 - level) / 2 / tests
    return float(stdtrit(blocks - 1, 1 - tail) + stdtrit(blocks - 1, power))
