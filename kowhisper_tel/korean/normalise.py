"""The scoring form: what reference and hypothesis both go through before they are compared."""

from __future__ import annotations

import functools
import re
import unicodedata

from kowhisper_tel.core.files import fingerprint as hash_json
from kowhisper_tel.korean import verbalise as spoken
from kowhisper_tel.korean.fold import TABLE, fold

VERSION = "ko-tel-norm/0.1"
"""Raised with every change of a rule; a comparison refuses results of another version."""

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_NEITHER_HANGUL_NOR_LATIN = re.compile(r"[^가-힣a-z ]")


def normalise(text: str) -> str:
    """The scoring form of a text. Idempotent.

    Folded (NFC, width, zero-width), numbers and acronyms in words (``verbalise``), Latin in lower case, punctuation
    and symbols removed, runs of white space made one space, none at the ends.

    >>> normalise("네, 3개요!  ＡＩ")
    '네 세 개요 에이아이'
    """
    text = spoken.verbalise(fold(text)).lower()
    text = _APOSTROPHE.sub("", text)
    text = _NEITHER_HANGUL_NOR_LATIN.sub(_kept, text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _kept(match: re.Match[str]) -> str:
    return _kept_character(match.group())


@functools.lru_cache(maxsize=4096)
def _kept_character(character: str) -> str:
    """Letters, marks and numbers of any script stay; the rest parts words."""
    return character if unicodedata.category(character)[0] in "LMN" else " "


@functools.cache
def fingerprint() -> str:
    """A hash of ``VERSION`` and of every rule and table that ``normalise`` rests on."""
    return hash_json([VERSION, sorted(TABLE.items()), _NEITHER_HANGUL_NOR_LATIN.pattern, spoken.tables()])
