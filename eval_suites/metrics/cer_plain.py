"""CER plain: CER on the utterances where neither text holds a digit or a Latin letter.

There the verbaliser has nothing to read, so that its mistakes can't pass for a model's, nor hide them.
"""

from __future__ import annotations

from eval_suites.metrics import NOTHING, SYLLABLE, Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally


def takes(pair: Pair) -> bool:
    """Whether both texts are plain."""
    return pair.is_plain


def measure(pair: Pair) -> Tally:
    """As ``cer``; nothing for other utterances."""
    return pair.tally if pair.is_plain else NOTHING


METRICS = (
    Metric(
        "cer_plain",
        "1",
        {"en": "CER, no digits or Latin letters", "ko": "음절 오류율(숫자·로마자 없는 발화)"},
        SYLLABLE,
        measure,
        takes=takes,
    ),
)
