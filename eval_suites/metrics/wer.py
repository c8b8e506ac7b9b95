"""WER over eojeols, the words between spaces."""

from __future__ import annotations

from eval_suites import alignment
from eval_suites.metrics import WORD, Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally


def measure(pair: Pair) -> Tally:
    """One token is one eojeol of the scoring form."""
    return alignment.tally(pair.reference_words, pair.hypothesis_words)


METRICS = (Metric("wer", "1", {"en": "WER (eojeols)", "ko": "어절 오류율"}, WORD, measure),)
