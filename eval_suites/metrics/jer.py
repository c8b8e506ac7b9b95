"""JER, the jamo error rate: how much of a syllable is wrong (각 heard as 간 is one letter of three)."""

from __future__ import annotations

from eval_suites import alignment
from eval_suites.metrics import Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally
from kowhisper_tel.korean.jamo import letters


def measure(pair: Pair) -> Tally:
    """One token is one jamo (onset, vowel, coda; ``korean.jamo``) or other character; spaces are left out."""
    return alignment.tally(letters(pair.reference_syllables), letters(pair.hypothesis_syllables))


METRICS = (Metric("jer", "1", {"en": "Jamo error rate", "ko": "자모 오류율"}, {"en": "a jamo", "ko": "자모"}, measure),)
