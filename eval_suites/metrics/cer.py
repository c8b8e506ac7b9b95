"""CER over syllables without spaces: the headline. Korean spacing is a convention that speech does not hold."""

from __future__ import annotations

from eval_suites.metrics import SYLLABLE, Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally


def measure(pair: Pair) -> Tally:
    """One token is one character (NFC: a syllable block) of the scoring form that is not white space."""
    return pair.tally


METRICS = (
    Metric("cer", "1", {"en": "CER (syllables, no spaces)", "ko": "음절 오류율(띄어쓰기 제외)"}, SYLLABLE, measure),
)
