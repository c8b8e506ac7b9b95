"""CER with spaces: a space counts as one more character."""

from __future__ import annotations

from eval_suites import alignment
from eval_suites.metrics import Metric
from eval_suites.tally import Tally


def measure(reference: str, hypothesis: str) -> Tally:
    """One token is one character; runs of white space are one space, and none stands at the ends."""
    return alignment.tally(" ".join(reference.split()), " ".join(hypothesis.split()))


METRIC = Metric("cer_spaces", "1", {"en": "CER with spaces", "ko": "음절 오류율(띄어쓰기 포함)"}, measure)
