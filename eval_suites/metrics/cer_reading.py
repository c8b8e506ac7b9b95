"""CER reading: of all right readings of both texts, the two that lie nearest (``kowhisper_tel.korean.readings``).

``cer`` compares one fixed reading of each, so that 천이백 원 against a written 1,200원 that is read otherwise counts as
wrong; here it does not.
"""

from __future__ import annotations

from eval_suites import alignment
from eval_suites.metrics import SYLLABLE, Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally


def measure(pair: Pair) -> Tally:
    """One token is one character, spaces left out, of the reference's reading that was taken."""
    return alignment.tally(*pair.closest)


METRICS = (
    Metric(
        "cer_reading", "2", {"en": "CER, nearest readings", "ko": "음절 오류율(가장 가까운 읽기)"}, SYLLABLE, measure
    ),
)
