"""Spacing F1: whether spaces stand where the reference has them, judged before syllables that are aligned.

A hit is a space before both of two aligned syllables (equal or substituted), a deletion one before the reference's
only, an insertion one before the hypothesis's only. Spaces beside syllables that only one side has are recognition
errors, not spacing errors, and are not counted; nor are the ends of a text, where no space can stand.
"""

from __future__ import annotations

from eval_suites.metrics import Metric
from eval_suites.pair import Pair
from eval_suites.rates import F1
from eval_suites.tally import Tally


def measure(pair: Pair) -> Tally:
    """One token is one space of the reference whose syllable has a partner."""
    partners = pair.partners
    ends = {0, partners.get(0, 0)}
    wanted = {partners[place] for place in pair.reference_starts if place in partners} - ends
    placed = pair.hypothesis_starts.intersection(partners.values()) - ends
    hits = len(wanted & placed)
    return Tally(hits, 0, len(wanted) - hits, len(placed) - hits)


METRICS = (
    Metric(
        "spacing_f1",
        "1",
        {"en": "Spacing F1", "ko": "띄어쓰기 F1"},
        {"en": "a space between aligned syllables", "ko": "정렬된 음절 사이의 빈칸"},
        measure,
        F1,
    ),
)
