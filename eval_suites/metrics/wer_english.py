"""WER of English: what is left of a model's English when it has been tuned on Korean.

The scoring form is OpenAI's for English (Radford et al. 2022, appendix C; transformers' ``EnglishTextNormalizer``, as
it is without a list of British spellings), for the Korean one would read numbers in Korean.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from eval_suites import alignment
from eval_suites.metrics import NOTHING, Metric
from eval_suites.pair import Pair
from eval_suites.tally import Tally

_LATIN, _HANGUL = re.compile("[A-Za-z]"), re.compile("[ㄱ-ㆎ가-힣]")


def takes(pair: Pair) -> bool:
    """Whether the label is in Latin letters and has no Hangul."""
    return bool(_LATIN.search(pair.reference_text)) and not _HANGUL.search(pair.reference_text)


def measure(pair: Pair) -> Tally:
    """One token is one word of the scoring form; nothing for Korean labels."""
    if not takes(pair):
        return NOTHING
    return alignment.tally(_words(pair.reference_text), _words(pair.hypothesis_text))


@functools.lru_cache(maxsize=2**14)
def _words(text: str) -> list[str]:
    return str(_normaliser()(text)).split()


@functools.cache
def _normaliser() -> Any:
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

    return EnglishTextNormalizer({})


METRICS = (
    Metric(
        "wer_english",
        "1",
        {"en": "WER, English", "ko": "영어 단어 오류율"},
        {"en": "an English word", "ko": "영어 단어"},
        measure,
        takes=takes,
    ),
)
