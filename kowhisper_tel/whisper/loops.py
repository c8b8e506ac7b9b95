"""Loops: Whisper's failure on bad audio, the same words again and again.

Two signs. Text that zlib shrinks to less than 1/2.4 of its bytes (Radford et al. 2022, section 4.5); and a stretch
repeated back to back, which catches loops too short, or within text too varied, for the first. What decoding tries
again and what the tables count as a loop is this one rule.
"""

from __future__ import annotations

import re
import zlib

MOST_COMPRESSED = 2.4
STRETCH = 500
"""Characters that are compressed together, no fewer than a window of 30 s holds: the longer a text, the better it
shrinks, and a call of ten minutes without any loop comes to 2.8."""
LONGEST_UNIT = 40
LEAST_REPEATS = 5
LEAST_CHARACTERS = 21
"""Five times the same, over 21 characters or more: people do say "네 네 네", and five times "여보세요"."""

LEAST_DOUBLED = 5
"""Letters and digits that are hardly ever said twice in a row (none of 1,692 utterances of talks does it)."""

_DOUBLED = re.compile(rf"(.{{{LEAST_DOUBLED},{LONGEST_UNIT}}})\1|(.{{2,{LONGEST_UNIT}}}?)\2\2", re.DOTALL)
_REPEATED = re.compile(rf"(.{{1,{LONGEST_UNIT}}}?)\1{{{LEAST_REPEATS - 1},}}", re.DOTALL)


def compression_ratio(text: str) -> float:
    """Bytes of the text over bytes of it compressed; 0 for no text. Of a long text, the highest of its stretches."""
    stretches = (text[start : start + STRETCH].encode() for start in range(0, len(text), STRETCH))
    return max((len(data) / len(zlib.compress(data)) for data in stretches), default=0.0)


def repeats(text: str) -> bool:
    """Whether a stretch of the text stands five times or more in a row, over at least 21 letters and digits.

    Spaces and marks are left out, as scoring does: "네, 고객님. 네 고객님!" repeats itself however it is written.

    >>> repeats("그래서, " * 5 + "그래서. 그래서 말씀드리면"), repeats("네 네 네 네 네 맞습니다")
    (True, False)
    """
    joined = "".join(filter(str.isalnum, text))
    return any(len(found.group()) >= LEAST_CHARACTERS for found in _REPEATED.finditer(joined))


def doubles(text: str) -> bool:
    """Whether five letters or digits or more stand twice in a row, or two or more three times.

    It is how a model errs in a window shorter than those it was trained on: all is said once more. People do it, too,
    so it is a reason to listen again, and no verdict.

    >>> doubles("한번 들어보세요. 한 번 들어 보세요"), doubles("네 네 그렇죠 네")
    (True, False)
    """
    return bool(_DOUBLED.search("".join(filter(str.isalnum, text))))


def is_loop(text: str, compression_ratio_threshold: float = MOST_COMPRESSED) -> bool:
    """Whether the text shows either sign."""
    return compression_ratio(text) > compression_ratio_threshold or repeats(text)
