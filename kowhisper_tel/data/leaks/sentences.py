"""SentenceIndex: sentences that are found again though a word of them was changed. Short ones link nothing."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kowhisper_tel.data.leaks.postings import Numbers, Postings
from kowhisper_tel.korean.normalise import normalise

LEAST_SYLLABLES = 12
"""Shorter sentences (greetings, answers) are said by everybody, and link nothing."""
LEAST_ALIKE = 0.85
"""Syllables kept, of the longer sentence's, from which on two are near-same whatever was changed."""
LEAST_REST = 0.4
"""The same where one word was changed, put in or left out."""
LEAST_STRETCHES = 2 / 3
"""The same where it was one stretch, whatever its words."""
GRAM, SKETCH = 4, 4
"""A sentence is also looked up by the 4 of its stretches of 4 syllables that have the lowest hashes (Broder 1997)."""
MOST_POSTINGS = 256
"""A key that more sentences have than this is a turn of speech."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text in its scoring form, as words; ``joined``, without spaces, is what makes two sentences the same."""

    words: tuple[str, ...]
    joined: str

    @classmethod
    def of(cls, text: str) -> Sentence | None:
        """The sentence of a label, or None for one that is too short to link anything."""
        if len(text) < LEAST_SYLLABLES // 4:  # no reading makes that many syllables of one character
            return None
        words = tuple(normalise(text).split())
        joined = "".join(words)
        return cls(words, joined) if len(joined) >= LEAST_SYLLABLES else None


class SentenceIndex:
    """Sentences by what stays of them without one word, or two neighbours, and by a sketch of their syllables.

    About 25 postings of 8 bytes a sentence; a look-up takes time in proportion to the sentence's words.
    """

    def __init__(self, sentences: Sequence[Sentence | None]) -> None:
        self._sentences = sentences
        self._same: dict[str, int] = {}
        for number, sentence in enumerate(sentences):
            if sentence is not None:
                self._same.setdefault(sentence.joined, number)
        # One of each: equal sentences have equal neighbours.
        firsts = set(self._same.values())
        self._postings = Postings([_keys(s) if s and n in firsts else _NONE for n, s in enumerate(sentences)])

    def match(self, wanted: Sentence) -> tuple[int, float] | None:
        """The number of the same sentence (with 1.0), else of the nearest near-same one with its likeness, or None."""
        same = self._same.get(wanted.joined)
        if same is not None:
            return same, 1.0
        hits, _ = self._postings.find(_keys(wanted), MOST_POSTINGS)
        found = [(self._alike(wanted, int(owner)), -int(owner)) for owner in np.unique(self._postings.owners(hits))]
        alike, owner = max(found, default=(0.0, 0))
        return (-owner, alike) if alike > 0 else None

    def _alike(self, wanted: Sentence, owner: int) -> float:
        """The share of syllables kept; 0 where that is too few."""
        from rapidfuzz.distance import Levenshtein

        held = self._sentences[owner]
        assert held is not None
        alike = float(Levenshtein.normalized_similarity(wanted.joined, held.joined, score_cutoff=LEAST_REST))
        return alike if alike >= LEAST_ALIKE or _is_one_change(wanted, held) else 0.0


_NONE: Numbers = np.zeros(0, np.int64)


def _is_one_change(one: Sentence, other: Sentence) -> bool:
    """Whether a single word tells two sentences apart, or one stretch however it is spaced."""
    longest = max(len(one.joined), len(other.joined))
    before, after = _kept(one.words, other.words)
    if max(len(one.words), len(other.words)) - before - after <= 1:
        return sum(map(len, (*one.words[:before], *one.words[len(one.words) - after :]))) >= LEAST_REST * longest
    return sum(_kept(one.joined, other.joined)) >= LEAST_STRETCHES * longest


def _kept(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """How many items, words or syllables, two sequences share at their beginnings and, of the rest, at their ends."""
    shorter = min(len(one), len(other))
    before = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    after = next((n for n in range(shorter - before) if one[-1 - n] != other[-1 - n]), shorter - before)
    return before, after


def _keys(sentence: Sentence) -> Numbers:
    words, joined = sentence.words, sentence.joined
    ends = np.cumsum([0, *map(len, words)]).tolist()
    rests = {joined}
    for width in (1, 2):
        rests |= {joined[: ends[n]] + joined[ends[n + width] :] for n in range(len(words) + 1 - width)}
    least = LEAST_REST * len(joined) / 2
    grams = {_hash(joined[n : n + GRAM]) for n in range(len(joined) + 1 - GRAM)}
    found = {_hash(rest) for rest in rests if len(rest) >= least} | set(sorted(grams)[:SKETCH])
    return np.fromiter(sorted(found), np.int64, len(found))


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())
