"""Timestamps: whether the recogniser's segments end and begin where people pause.

A pause is what lies between two stretches of speech. It is found if a segment ends or begins in it, or within 0.5 s of
it; a segment that ends or begins anywhere else inside the speech is one too many. What stands before the first word or
behind the last says nothing.
"""

from __future__ import annotations

from itertools import pairwise

from eval_suites.metrics import NOTHING, Metric
from eval_suites.pair import Pair
from eval_suites.rates import F1
from eval_suites.tally import Tally

TOLERANCE_S = 0.5


def takes(pair: Pair) -> bool:
    """Whether it is known when people speak, and the recogniser says when it heard what it has written."""
    return len(pair.speech) > 1 and bool(pair.segments or not pair.hypothesis_text.strip())


def measure(pair: Pair) -> Tally:
    """One token is one pause: a hit if found, else a deletion. An insertion is a boundary where there is no pause."""
    if not takes(pair):
        return NOTHING
    boundaries = sorted({moment for start, end, _ in pair.segments for moment in (start, end)})
    pauses = [(end - TOLERANCE_S, start + TOLERANCE_S) for (_, end), (start, _) in pairwise(pair.speech)]
    found = sum(any(first <= moment <= last for moment in boundaries) for first, last in pauses)
    begin, end = pair.speech[0][0] + TOLERANCE_S, pair.speech[-1][1] - TOLERANCE_S
    inside = [moment for moment in boundaries if begin < moment < end]
    false = sum(not any(first <= moment <= last for first, last in pauses) for moment in inside)
    return Tally(found, 0, len(pauses) - found, false)


METRICS = (
    Metric(
        "timestamps",
        "1",
        {"en": "Timestamps at pauses, F1", "ko": "타임스탬프 F1(쉼 기준)"},
        {"en": "a pause between two stretches of speech", "ko": "말과 말 사이의 쉼"},
        measure,
        F1,
        takes,
    ),
)
