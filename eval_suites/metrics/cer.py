"""CER over syllables without spaces: the headline. Korean spacing is a convention that speech does not hold."""

from __future__ import annotations

from eval_suites import alignment
from eval_suites.metrics import Metric
from eval_suites.tally import Tally


def measure(reference: str, hypothesis: str) -> Tally:
    """One token is one character (NFC: a syllable block) that is not white space."""
    return alignment.tally("".join(reference.split()), "".join(hypothesis.split()))


METRIC = Metric("cer", "1", {"en": "CER (syllables, no spaces)", "ko": "음절 오류율(띄어쓰기 제외)"}, measure)
