"""Pair: a reference and a hypothesis, and the forms of both that metrics look at, each made once."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from eval_suites import alignment, numbers
from eval_suites.alignment import Edit
from eval_suites.hypothesis import Segment
from eval_suites.numbers import Number
from eval_suites.tally import Tally
from kowhisper_tel.korean import readings
from kowhisper_tel.korean.normalise import normalise

_HANGUL_AND_MARKS = re.compile(r"""[가-힣\s.,?!~"'…·]+""")


@dataclass(frozen=True)
class Pair:
    """What was said and what was heard, as their writers left them.

    ``keywords``: what the keyword metrics look for, as ``keyword_form`` makes them. ``speech``: from where to where
    somebody speaks, in s, for metrics of times; ``segments``: what the recogniser says was said when.
    """

    reference_text: str
    hypothesis_text: str
    keywords: tuple[str, ...] = ()
    speech: tuple[tuple[float, float], ...] = ()
    segments: tuple[Segment, ...] = ()

    @functools.cached_property
    def reference(self) -> str:
        """The reference's scoring form: ``normalise``."""
        return _scoring_form(self.reference_text)

    @functools.cached_property
    def hypothesis(self) -> str:
        """The hypothesis's scoring form."""
        return _scoring_form(self.hypothesis_text)

    @functools.cached_property
    def reference_words(self) -> list[str]:
        """Eojeols of the reference."""
        return self.reference.split()

    @functools.cached_property
    def hypothesis_words(self) -> list[str]:
        """Eojeols of the hypothesis."""
        return self.hypothesis.split()

    @functools.cached_property
    def reference_syllables(self) -> str:
        """The reference without spaces."""
        return "".join(self.reference_words)

    @functools.cached_property
    def hypothesis_syllables(self) -> str:
        """The hypothesis without spaces."""
        return "".join(self.hypothesis_words)

    @functools.cached_property
    def reference_starts(self) -> frozenset[int]:
        """The syllables that eojeols of the reference begin with, counted from 0."""
        return starts(self.reference_words)

    @functools.cached_property
    def hypothesis_starts(self) -> frozenset[int]:
        """The syllables that eojeols of the hypothesis begin with."""
        return starts(self.hypothesis_words)

    @functools.cached_property
    def alignment(self) -> tuple[Edit, ...]:
        """The one alignment of the syllables, without spaces, on which all metrics rest that look at places."""
        return alignment.align(self.reference_syllables, self.hypothesis_syllables)

    @functools.cached_property
    def partners(self) -> dict[int, int]:
        """Places of the reference's syllables to those of the hypothesis that are aligned (equal or substituted)."""
        partners: dict[int, int] = {}
        for kind, start, end, first, last in self.alignment:
            if kind in ("hit", "substitution"):
                partners.update(zip(range(start, end), range(first, last), strict=True))
        return partners

    @functools.cached_property
    def tally(self) -> Tally:
        """What the alignment adds up to."""
        return alignment.count(self.alignment)

    @functools.cached_property
    def closest(self) -> tuple[str, str]:
        """The right reading of each text, without spaces, that lies nearest to one of the other's."""
        if self.reference_syllables == self.hypothesis_syllables:
            return self.reference_syllables, self.hypothesis_syllables
        return readings.closest(readings.lattice(self.reference_text), readings.lattice(self.hypothesis_text))

    @functools.cached_property
    def numbers(self) -> tuple[Number, ...]:
        """The number strings of the reference."""
        return numbers.find(self.reference)

    @functools.cached_property
    def is_plain(self) -> bool:
        """Whether neither text holds a digit or a Latin letter, of any width or shape (５, ½, ㎏, é)."""
        return _is_plain(self.reference_text) and _is_plain(self.hypothesis_text)


def starts(words: Sequence[str]) -> frozenset[int]:
    """Where words begin in the string that they are without spaces."""
    return frozenset(accumulate(map(len, words[:-1]), initial=0)) if words else frozenset()


def keyword_form(keyword: str) -> str:
    """A keyword as it is looked for: in the scoring form, without spaces."""
    return "".join(normalise(keyword).split())


@functools.lru_cache(maxsize=2**15)
def _scoring_form(text: str) -> str:
    return normalise(text)


def _is_plain(text: str) -> bool:
    others = _HANGUL_AND_MARKS.sub("", unicodedata.normalize("NFC", text))
    return not any(map(_is_digit_or_latin, unicodedata.normalize("NFKD", others)))


@functools.lru_cache(maxsize=4096)
def _is_digit_or_latin(character: str) -> bool:
    return unicodedata.category(character)[0] == "N" or unicodedata.name(character, "").startswith("LATIN")
