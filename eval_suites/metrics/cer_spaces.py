"""CER with spaces: a space counts as one more character."""

from __future__ import annotations

from eval_suites import alignment
from eval_suites.metrics import Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally


def measure(pair: Pair) -> Tally:
    """One token is one character of the scoring form; a run of white space is one space, none at the ends."""
    return alignment.tally(pair.reference, pair.hypothesis)


METRICS = (
    Metric(
        "cer_spaces",
        "1",
        {"en": "CER with spaces", "ko": "음절 오류율(띄어쓰기 포함)"},
        {"en": "a syllable, other character or space", "ko": "음절(또는 글자)과 빈칸"},
        measure,
    ),
)
