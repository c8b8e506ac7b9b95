"""Sentence marks: whether sentences end with a mark where the labels' do. CER leaves all marks out.

Texts are compared as they are written, without spaces and other marks; full stop, question and exclamation mark are
taken for one another, and a run of them for one.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from eval_suites import alignment
from eval_suites.metrics import NOTHING, Metric
from eval_suites.pair import Pair
from eval_suites.rates import F1
from eval_suites.tally import Tally

_IN_NUMBER = re.compile(r"(?<=\d)[.,](?=\d)")
_MARKS = re.compile(r"[.?!。…]")
_RUN = re.compile(r"\.+")
_OTHER = re.compile(r"[^\w.]|_")


def takes(pair: Pair) -> bool:
    """Whether the label has any such mark: many corpora have none."""
    return count(pair.reference_text) > 0


def measure(pair: Pair) -> Tally:
    """One token is one mark of the label: a hit if the hypothesis has one at the same place, else a deletion."""
    if not takes(pair):
        return NOTHING
    wanted, heard = marked(pair.reference_text), marked(pair.hypothesis_text)
    edits = alignment.align(wanted, heard)
    hits = sum(wanted.count(".", start, end) for kind, start, end, _, _ in edits if kind == "hit")
    return Tally(hits, 0, wanted.count(".") - hits, heard.count(".") - hits)


@functools.lru_cache(maxsize=2**15)
def count(text: str) -> int:
    """How many sentences end with a mark."""
    return marked(text).count(".")


def marked(text: str) -> str:
    """Letters, digits and a full stop for every mark that ends a sentence.

    >>> marked("네, 3.5개요?! 알겠습니다 …")
    '네35개요.알겠습니다.'
    """
    folded = _MARKS.sub(".", _IN_NUMBER.sub("", unicodedata.normalize("NFKC", text)))
    return _RUN.sub(".", _OTHER.sub("", folded))


METRICS = (
    Metric(
        "sentence_marks",
        "1",
        {"en": "Sentence marks, F1", "ko": "문장 부호 F1"},
        {"en": "a mark that ends a sentence of the label", "ko": "정답에서 문장을 끝내는 부호"},
        measure,
        F1,
        takes,
    ),
)
