"""Pieces: a transcript whose words have times, cut at pauses into stretches that make one utterance each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from kowhisper_tel.core.activity import STEP_S, Activity
from kowhisper_tel.core.stretches import Span

PAUSE_S = 0.2
"""A pause is a place to cut from here on."""
PAD_S = 0.2
"""Silence that a piece keeps at either end, where there is as much."""
LEAST_S = 3.0
"""A piece shorter than this is made only where turns or silence leave nothing else."""
DEAD_S = 1.5
"""A pause longer than this had better not lie inside a piece."""
NEAR_WORDS = 2
"""So far off may the words be between which a pause was put, for a turn to take it."""
STRAY_S = 0.4
"""So much sound in a pause between two words is speech that the transcript does not have: it goes into no piece."""


@dataclass(frozen=True)
class Cut:
    """Where a word ends and the next begins: the sound before stops at ``end_s``, that after starts at ``start_s``.

    ``pause_s`` is the longest silence between them (0: none), ``stray_s`` the sound between them that is in no word.
    ``silent_s``: how much silence the piece before may keep at its end, and the piece after at its beginning.
    """

    end_s: float
    start_s: float
    pause_s: float
    stray_s: float = 0.0
    silent_s: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Piece:
    """Words ``first`` up to ``last`` (exclusive) of a transcript, from ``start_s`` to ``end_s`` of the recording."""

    first: int
    last: int
    start_s: float
    end_s: float


def cuts(ends_s: Sequence[float] | NDArray[np.float64], found: Activity, borders: Sequence[int] = ()) -> list[Cut]:
    """The cut before each word and after the last one: one more than there are words.

    ``ends_s``: when each word ends, by its ``WordTime``, rising. The beginning is of no use: a pause counts as part of
    the word after it. So a word is before a pause where it ends before the pause does. ``borders``: the words that
    begin a turn; such a cut takes the pause of a neighbour (a word or two off) where it would have none.
    """
    pauses = found.pauses(PAUSE_S)
    places = np.searchsorted(ends_s, [end for _, end in pauses], side="right")
    for border in sorted({*borders} - {*places.tolist()}):
        near = [i for i in np.flatnonzero(abs(places - border) <= NEAR_WORDS) if places[i] not in borders]
        if near:  # of several at one place the nearest, so that the order of pauses and words stays the same
            places[min(near, key=lambda i: (abs(places[i] - border), i * np.sign(places[i] - border)))] = border
    between: dict[int, list[Span]] = {}
    for pause, place in zip(pauses, places.tolist(), strict=True):
        between.setdefault(place, []).append(pause)
    made: list[Cut] = []
    for place in range(len(ends_s) + 1):
        made.append(_cut(between.get(place), ends_s, place, found, made[-1].start_s if made else 0.0))
    first, last = made[0], made[-1]
    made[0] = replace(first, end_s=0.0, pause_s=math.inf)
    made[-1] = replace(last, start_s=found.duration_s, pause_s=math.inf)
    return made


def _cut(
    pauses: list[Span] | None,
    ends_s: Sequence[float] | NDArray[np.float64],
    place: int,
    found: Activity,
    after_s: float,
) -> Cut:
    if pauses:
        lengths = [end - start for start, end in pauses]
        stray_s = sum(after[0] - before[1] for before, after in pairwise(pauses))
        silent_s = (lengths[0] / 2, lengths[-1] / 2)
        return Cut(pauses[0][0], pauses[-1][1], max(lengths), stray_s, silent_s)
    if place in (0, len(ends_s)):
        at_s = 0.0 if place == 0 else found.duration_s
        return Cut(at_s, at_s, 0.0)
    first = round(max(after_s + STEP_S, ends_s[place - 1] - 0.1) / STEP_S)
    near = uniform_filter1d(found.level_db[first : first + 25], 3)
    at_s = (first + int(np.argmin(near))) * STEP_S if len(near) else ends_s[place - 1]
    return Cut(at_s, at_s, 0.0)


def pieces(made: Sequence[Cut], borders: Sequence[int], most_s: float) -> list[Piece]:
    """Divide the words between ``made`` cuts into pieces of at most ``most_s``, none across ``borders``.

    ``borders``: the words that must be the first of a piece (those that begin a turn). Chosen is the division with
    the least cost: a cut is the dearer the shorter its pause, a piece the dearer the further it is below 3 s, or the
    longer the silences in it. One word longer than ``most_s`` stays a piece of its own.
    """
    words = len(made) - 1
    must = {*borders, *(place for place, cut in enumerate(made) if cut.stray_s >= STRAY_S)}
    best, came = [0.0] + [math.inf] * words, [0] * (words + 1)
    for last in range(1, words + 1):
        dead = 0.0
        for first in range(last - 1, -1, -1):
            length_s = made[last].end_s - made[first].start_s
            if length_s > most_s and first < last - 1:
                break
            cost = best[first] + _cost(length_s, made[last].pause_s) + dead
            if cost < best[last]:
                best[last], came[last] = cost, first
            if first in must:
                break
            dead += max(0.0, made[first].pause_s - DEAD_S)
    found: list[Piece] = []
    last = words
    while last:
        first = came[last]
        found.append(Piece(first, last, *_padded(made[first], made[last])))
        last = first
    return found[::-1]


def _cost(length_s: float, pause_s: float) -> float:
    """Of one piece and the cut at its end, in no unit: with good pauses, pieces of 5 to 10 s come out.

    Short enough that one wrong word of a transcript costs little else, long enough to be sentences.
    """
    short = max(0.0, 1.0 - length_s / LEAST_S)
    return 2.0 * short + (length_s / 20.0) ** 2 + (0.15 + 0.05 / pause_s if pause_s else 4.0)


def _padded(before: Cut, after: Cut) -> Span:
    start_s = before.start_s - min(PAD_S, before.silent_s[1])
    return max(0.0, start_s), max(after.end_s + min(PAD_S, after.silent_s[0]), start_s + STEP_S)
