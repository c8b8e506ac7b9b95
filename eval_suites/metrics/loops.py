"""Loops: clips where a recogniser repeats itself, Whisper's failure on bad audio.

What decoding takes for a loop (``kowhisper_tel.whisper.loops``) is one here. Decoding hears no reference and must let
pass what people do say (네 네 네 네); against a reference one can be stricter: any stretch of syllables that stands
four times or more in a row, and at least twice as often in a row as in the reference, is a loop too.
"""

from __future__ import annotations

import re
from itertools import pairwise

from eval_suites.metrics import BAD, CLIP, GOOD, Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally
from kowhisper_tel.whisper.loops import LONGEST_UNIT, MOST_COMPRESSED, compression_ratio, is_loop

LEAST_REPEATS = 4
_REPEATED = re.compile(rf"(.{{1,{LONGEST_UNIT}}}?)\1{{{LEAST_REPEATS - 1},}}", re.DOTALL)


def measure(pair: Pair) -> Tally:
    """One token is one clip: a substitution if the hypothesis loops and the reference does not, else a hit."""
    if pair.hypothesis == pair.reference:
        return GOOD
    if _may_repeat(pair.hypothesis_syllables):
        loops = _repeats(pair) or (is_loop(pair.hypothesis) and not is_loop(pair.reference))
    else:  # only the ratio is left of the decoder's rule
        loops = compression_ratio(pair.hypothesis) > MOST_COMPRESSED and not is_loop(pair.reference)
    return BAD if loops else GOOD


def _may_repeat(text: str) -> bool:
    """Whether anything can stand four times in a row: two neighbours would then be found three times at least."""
    return len(text) - 1 - len(set(pairwise(text))) >= LEAST_REPEATS - 2


def _repeats(pair: Pair) -> bool:
    return any(
        len(found.group()) // len(found[1]) >= max(LEAST_REPEATS, 2 * _in_a_row(found[1], pair.reference_syllables))
        for found in _REPEATED.finditer(pair.hypothesis_syllables)
    )


def _in_a_row(unit: str, text: str) -> int:
    return max((len(run) // len(unit) for run in re.findall(rf"(?:{re.escape(unit)})+", text)), default=0)


METRICS = (Metric("loops", "4", {"en": "Loop rate", "ko": "반복 오류율"}, CLIP, measure),)
