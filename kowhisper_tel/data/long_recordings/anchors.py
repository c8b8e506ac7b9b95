"""Anchors: the words of a transcript found again in what a recogniser heard, at its times.

The two are aligned letter by letter (jamo, in scoring form, without spaces) by Levenshtein distance over the whole
recording. A recogniser errs, repeats itself and leaves things out, and so do transcripts; and any two texts share
letters by chance. So a match counts only where its neighbourhood matches too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from kowhisper_tel.korean.normalise import normalise
from kowhisper_tel.whisper.word_times import WordTime

NEIGHBOURHOOD = 30
LEAST_DENSITY = 0.5
"""Of 30 letters around a match, a dozen syllables, half must match: unrelated Korean texts reach about a third."""
LEAST_MATCHED = 0.5
"""Half of a word's letters must be matched for it to be an anchor."""


def letters(text: str) -> str:
    """The jamo of a text in scoring form, without spaces."""
    return unicodedata.normalize("NFD", normalise(text).replace(" ", ""))


def match(words: Sequence[str], heard: Sequence[WordTime]) -> NDArray[np.float64]:
    """Beginning and end of each transcript word that is found among the heard ones, ``float64[words, 2]``; else NaN.

    ``heard`` is in order of time, its times from the recording's start; so are those given back.
    """
    from rapidfuzz.distance import Levenshtein

    mine, own = _spelled(words)
    theirs, other = _spelled([word.word for word in heard])
    times = _letter_times(heard, other)
    pairs = [
        (op.src_start + step, op.dest_start + step)
        for op in Levenshtein.opcodes(mine, theirs)
        if op.tag == "equal"
        for step in range(op.src_end - op.src_start)
    ]
    here, there = _dense(np.array(pairs, dtype=np.int64).reshape(-1, 2), len(mine), len(theirs))
    word_s = np.full((len(words), 2), np.nan)
    count = np.bincount(own[here], minlength=len(words))
    length = np.bincount(own, minlength=len(words))
    for word in np.flatnonzero((count > 0) & (count >= LEAST_MATCHED * length)).tolist():
        found = times[there[_slice(own[here], word)]]
        word_s[word] = found[0, 0], found[-1, 1]
    return word_s


def _slice(sorted_places: NDArray[np.int64], place: int) -> slice:
    return slice(*np.searchsorted(sorted_places, [place, place + 1]))


def _spelled(words: Sequence[str]) -> tuple[str, NDArray[np.int64]]:
    """All letters, and the word that each belongs to."""
    spelled = [letters(word) for word in words]
    places = np.repeat(np.arange(len(spelled)), [len(word) for word in spelled])
    return "".join(spelled), places.astype(np.int64)


def _letter_times(heard: Sequence[WordTime], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Beginning and end of each heard letter: a word's time divided evenly, ``float64[letters, 2]``."""
    times = np.zeros((len(places), 2))
    for word in range(len(heard)):
        inside = _slice(places, word)
        edges = np.linspace(heard[word].start_s, heard[word].end_s, inside.stop - inside.start + 1)
        times[inside] = np.stack([edges[:-1], edges[1:]], axis=1)
    return times


def _dense(pairs: NDArray[np.int64], mine: int, theirs: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The matches whose neighbourhood matches on both sides."""
    if not len(pairs):
        return pairs[:, 0], pairs[:, 1]
    keep = np.ones(len(pairs), bool)
    for side, length in ((0, mine), (1, theirs)):
        matched = np.zeros(length)
        matched[pairs[:, side]] = 1.0
        keep &= uniform_filter1d(matched, min(NEIGHBOURHOOD, length), mode="nearest")[pairs[:, side]] >= LEAST_DENSITY
    return pairs[keep, 0], pairs[keep, 1]
