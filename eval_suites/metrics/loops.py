"""Loops: clips where a recogniser repeats itself, Whisper's failure on bad audio (``kowhisper_tel.whisper.loops``)."""

from __future__ import annotations

from eval_suites.metrics import Metric
from eval_suites.tally import Tally
from kowhisper_tel.whisper.loops import is_loop


def measure(reference: str, hypothesis: str) -> Tally:
    """One token is one clip: a substitution if the hypothesis loops and the reference does not, else a hit."""
    loops = is_loop(hypothesis) and not is_loop(reference)
    return Tally(hits=int(not loops), substitutions=int(loops))


METRIC = Metric("loops", "2", {"en": "Loop rate", "ko": "반복 오류율"}, measure)
