"""Loops: clips where a recogniser repeats itself, Whisper's failure on bad audio (Radford et al. 2022, section 4.5)."""

from __future__ import annotations

from eval_suites.metrics import Metric
from eval_suites.tally import Tally

REPEATS = 4
"""An n-gram of syllables that comes this often in a row is a loop …"""
SYLLABLES = 8
"""… if all its repeats together are at least this long: a laugh or 네네네네 is speech."""


def has_loop(text: str) -> bool:
    """Whether an n-gram of syllables, spaces left out, is repeated ``REPEATS`` times or more in a row.

    >>> has_loop("그래서 그래서 그래서 그래서 말씀드리면"), has_loop("네 네 네 네 맞습니다")
    (True, False)
    """
    syllables = "".join(text.split())
    for n in range(1, len(syllables) // REPEATS + 1):
        # A stretch of length m is periodic in n when m − n neighbours at distance n are equal.
        enough = max(REPEATS * n, SYLLABLES) - n
        run = 0
        for one, other in zip(syllables, syllables[n:], strict=False):
            run = run + 1 if one == other else 0
            if run == enough:
                return True
    return False


def measure(reference: str, hypothesis: str) -> Tally:
    """One token is one clip: a substitution if the hypothesis loops and the reference does not, else a hit."""
    loops = has_loop(hypothesis) and not has_loop(reference)
    return Tally(hits=int(not loops), substitutions=int(loops))


METRIC = Metric("loops", "1", {"en": "Loop rate", "ko": "반복 오류율"}, measure)
