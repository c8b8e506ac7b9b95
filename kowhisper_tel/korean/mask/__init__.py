"""Mask: personal data in a text, replaced character by character, so that lengths and alignments stay.

What is looked for: telephone numbers, resident registration numbers, card and account numbers, passports and other
long numbers, written or said digit by digit (공일공 일이삼사 오육칠팔), with fillers and particles between their
groups and with syllables misheard in them; e-mail addresses, 골뱅이 included; number plates. Behind a word such as
번호, four digits are enough. Recall comes first: what is doubtful is masked. Amounts, dates and counts stay; so do
names and street addresses, which no rule knows.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from kowhisper_tel.korean.mask import addresses, spoken, written

MASK = "●"
"""Stands for one digit, letter or syllable."""

Span = tuple[int, int]


@functools.lru_cache(maxsize=2**16)
def spans(text: str) -> tuple[Span, ...]:
    """The stretches ``text[start:end]`` that are personal data, in order, apart from one another.

    >>> spans("제 번호는 010-1234-5678이에요")
    ((6, 19),)
    """
    return merged([*written.find(text), *spoken.find(text), *addresses.find(text)])


def mask(text: str) -> str:
    """The text with the letters and digits of ``spans`` as ``MASK``; spaces and punctuation in them stay. Idempotent.

    >>> mask("공일공에 일이삼사에 오육칠팔이요"), mask("만 오천 원이고요 유월 삼 일이요")
    ('●●●에 ●●●●에 ●●●●이요', '만 오천 원이고요 유월 삼 일이요')
    """
    return covered(text, spans(text))


def covered(text: str, stretches: Iterable[Span]) -> str:
    """The text with the letters and digits of these stretches as ``MASK``."""
    characters = list(text)
    for start, end in stretches:
        characters[start:end] = [MASK if character.isalnum() else character for character in text[start:end]]
    return "".join(characters)


def merged(stretches: Iterable[Span]) -> tuple[Span, ...]:
    """The same stretches in order, those that touch or overlap as one."""
    apart: list[Span] = []
    for start, end in sorted(stretches):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)
