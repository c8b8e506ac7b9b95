"""WER over eojeols, the words between spaces."""

from __future__ import annotations

from eval_suites import alignment
from eval_suites.metrics import Metric
from eval_suites.tally import Tally


def measure(reference: str, hypothesis: str) -> Tally:
    """One token is one eojeol."""
    return alignment.tally(reference.split(), hypothesis.split())


METRIC = Metric("wer", "1", {"en": "WER (eojeols)", "ko": "어절 오류율"}, measure)
