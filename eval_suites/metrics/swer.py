"""sWER: WER after the hypothesis has been given the reference's spacing (Bang et al. 2020, KsponSpeech, section 4).

The algorithm is that of ESPnet's recipe ``egs/ksponspeech/asr1/local/get_space_normalized_hyps.py``: syllables are
aligned without regard to spaces, and one that equals its partner begins a word where the partner does; substituted and
inserted ones keep the hypothesis's own spacing. Which of several least alignments is taken decides the count, so it is
ESPnet's own here (``eval_suites.spacing``). Words are then compared by plain Levenshtein distance; ESPnet lets sclite
do that, whose weights (4 for a substitution, 3 for the rest) differ.
"""

from __future__ import annotations

from eval_suites import alignment, spacing
from eval_suites.metrics import WORD, Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally


def measure(pair: Pair) -> Tally:
    """One token is one eojeol of the scoring form, in the reference's spacing."""
    if pair.reference_syllables == pair.hypothesis_syllables:
        return Tally(len(pair.reference_words))
    return alignment.tally(pair.reference_words, spacing.respaced(pair))


METRICS = (Metric("swer", "1", {"en": "Space-normalised WER", "ko": "띄어쓰기 정규화 어절 오류율"}, WORD, measure),)
