"""Hallucination: clips where a recogniser writes what nobody said.

Where the reference is no text at all, any text is one, be it only a mark or a filler; where it has nothing that counts
(fillers, things in brackets), any text that counts. Else it is more syllables inserted than half of the reference has,
and three at least, for one or two more are soon added to a short answer (네, 네네).
"""

from __future__ import annotations

from eval_suites.metrics import BAD, CLIP, GOOD, Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally

LEAST_INSERTIONS = 3


def measure(pair: Pair) -> Tally:
    """One token is one clip: a substitution if it is one, else a hit."""
    tally = pair.tally
    if not pair.reference_text.strip():
        return BAD if pair.hypothesis_text.strip() else GOOD
    much = tally.insertions >= LEAST_INSERTIONS and 2 * tally.insertions > tally.reference_length
    invented = much or (not tally.reference_length and tally.insertions > 0)
    return BAD if invented else GOOD


METRICS = (Metric("hallucination", "2", {"en": "Hallucination rate", "ko": "환각 발화율"}, CLIP, measure),)
