"""CER raw: the texts as they were written, with digits, case, marks and spaces, for comparison with published figures.

Only what says nothing is taken out: code points are composed (NFC), runs of white space made one space, and none left
at the ends. It equals jiwer's CER of such texts.
"""

from __future__ import annotations

import unicodedata

from eval_suites import alignment
from eval_suites.metrics import Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally


def measure(pair: Pair) -> Tally:
    """One token is one character as written, a space included."""
    return alignment.tally(_as_written(pair.reference_text), _as_written(pair.hypothesis_text))


def _as_written(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


METRICS = (
    Metric(
        "cer_raw",
        "1",
        {"en": "CER raw (as written, with spaces)", "ko": "글자 오류율(쓴 그대로, 띄어쓰기 포함)"},
        {"en": "a character as written, spaces included", "ko": "쓴 그대로의 글자와 빈칸"},
        measure,
    ),
)
