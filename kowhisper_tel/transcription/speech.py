"""Speech: times moved to where somebody speaks.

Neither Whisper's timestamps nor its attention know silence: a pause belongs to the sentence or the word after it, or
before it (``whisper.word_times``). On a track of one party pauses are long, for they are the other's turns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.activity import STEP_S, Activity
from kowhisper_tel.core.stretches import Span

LEAST_S = 0.1
"""A sound that is shorter is what is left of a neighbour."""
REST_S = 0.5
"""So is one that is shorter than this, if it goes on beyond the stretch."""
PAUSE_S = 0.3
"""What is shorter is no pause between sentences."""
PAD_S = 0.05


def spoken(found: Activity, span: Span) -> Span:
    """A sentence's stretch without the silence at its ends; as it is where nobody speaks in it."""
    runs = _runs(found, span)
    runs = [run for run in runs if run[1] - run[0] >= LEAST_S] or runs
    for place, edge_s in ((0, span[0]), (-1, span[1])):
        start_s, end_s = runs[place] if runs else span
        if len(runs) > 1 and end_s - start_s < REST_S and _goes_on(found, edge_s):
            del runs[place]
    return _padded(runs[0][0], runs[-1][1], span) if runs else span


def spoken_words(found: Activity, spans: Sequence[Span]) -> list[Span]:
    """The stretches of a sentence's words, each moved to one sound in it, for a word has no pause; else as they are.

    It is the longest; but at the ends of the sentence not the rest of another one, which goes on beyond the stretch.
    """
    return [_word(found, span, first=not place, last=place == len(spans) - 1) for place, span in enumerate(spans)]


def _word(found: Activity, span: Span, *, first: bool, last: bool) -> Span:
    runs = _runs(found, span)
    if first and len(runs) > 1 and _goes_on(found, span[0]):
        del runs[0]
    if last and len(runs) > 1 and _goes_on(found, span[1]):
        del runs[-1]
    return _padded(*max(runs, key=lambda run: run[1] - run[0]), span) if runs else span


def _runs(found: Activity, span: Span) -> list[Span]:
    """The sounds in a stretch, in s, joined over what is no pause."""
    first, last = (round(edge_s / STEP_S) for edge_s in span)
    edges = _edges(found.active[first:last]) + first
    joined = list[list[int]]()
    for start, end in edges.tolist():
        if joined and (start - joined[-1][1]) * STEP_S < PAUSE_S:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    return [(start * STEP_S, end * STEP_S) for start, end in joined]


def _goes_on(found: Activity, moment_s: float) -> bool:
    """Whether somebody speaks right before and right after a moment."""
    frame = round(moment_s / STEP_S)
    return bool(found.active[max(frame - 1, 0) : frame + 1].sum() == 2)


def _edges(active: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(np.int8))).reshape(-1, 2)


def _padded(start_s: float, end_s: float, span: Span) -> Span:
    return max(start_s - PAD_S, span[0]), min(end_s + PAD_S, span[1])
