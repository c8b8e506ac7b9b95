"""Activity: where somebody speaks on a track, where the pauses are, and the windows that a recogniser is given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_opening, maximum_filter1d, minimum_filter1d, uniform_filter1d

from augment.speech_level import MARGIN_DB, active_level_dbfs
from kowhisper_tel.core.audio import RATE, Samples
from kowhisper_tel.core.stretches import Span

STEP_S = 0.01
"""A frame of the activity."""
STEP = round(STEP_S * RATE)
SMOOTH_S = 0.03
FLOOR_DB = -90.0
FLOOR_QUANTILE = 0.1
ABOVE_FLOOR = 0.35
"""The threshold lies at least so far up from the noise floor to the active level (both in dB)."""
LOCAL_S = 10.0
"""On a track that two people share, the level is that of the 10 s around: one of them may be much the quieter."""
SHORTEST_SOUND_S = 0.05
SHORTEST_PAUSE_S = 0.15
"""What is shorter is the closure of a consonant, or a click."""


@dataclass(frozen=True)
class Activity:
    """Which frames of 10 ms are speech (``active``), and the level of each, in dBFS, smoothed over 30 ms."""

    active: NDArray[np.bool_]
    level_db: NDArray[np.float64]

    @property
    def duration_s(self) -> float:
        """The length of the track."""
        return len(self.active) * STEP_S

    @property
    def elapsed_s(self) -> NDArray[np.float64]:
        """Seconds of speech before each frame, and in all: ``float64[frames + 1]``."""
        return np.concatenate([[0.0], np.cumsum(self.active)]) * STEP_S

    def pauses(self, least_s: float) -> list[Span]:
        """The stretches without speech of at least so many seconds, the ends of the track included."""
        return [(a * STEP_S, b * STEP_S) for a, b in _runs(~self.active) if (b - a) * STEP_S >= least_s - 1e-9]


def activity(track: Samples, *, shared: bool) -> Activity:
    """Where a track is active: louder than ITU-T P.56's margin (15.9 dB) below its active level, or well above noise.

    ``shared``: several people speak on this track, so that the level is taken around each place. On a track of its own
    one level holds throughout, and what is heard of the other party lies below the threshold.
    """
    level_db = _levels(track)
    speech_db = active_level_dbfs(track, RATE) if len(track) else -np.inf
    if not np.isfinite(speech_db):
        return Activity(np.zeros(len(level_db), bool), level_db)
    floor_db = float(np.quantile(level_db, FLOOR_QUANTILE))
    speech = np.minimum(_around(level_db), speech_db) if shared else np.full(len(level_db), speech_db)
    speech = np.maximum(speech, floor_db + 9.0) if floor_db < speech_db - 9.0 else speech
    threshold = np.maximum(speech - MARGIN_DB, floor_db + ABOVE_FLOOR * (speech - floor_db))
    active = level_db > threshold
    active = binary_closing(np.pad(active, 50), np.ones(_frames(SHORTEST_PAUSE_S), bool))[50:-50]
    return Activity(binary_opening(active, np.ones(_frames(SHORTEST_SOUND_S), bool)), level_db)


def windows(found: Activity, most_s: float, *, pad_s: float = 0.25, apart_s: float = 4.0) -> list[Span]:
    """Windows of at most ``most_s`` that hold all speech, cut at pauses; no speech lies in two.

    A pause of ``apart_s`` always parts two windows, and its silence is left out but for ``pad_s`` at each side. A
    longer stretch is cut at its longest pause in the second half of ``most_s``, or where it is softest.
    """
    wide = maximum_filter1d(found.active.astype(np.uint8), 2 * _frames(pad_s) + 1).astype(bool)
    wide = minimum_filter1d(maximum_filter1d(wide, _frames(apart_s)), _frames(apart_s))
    spans: list[Span] = []
    for first, last in _runs(wide.astype(bool)):
        while (last - first) * STEP_S > most_s:
            cut = _softest(found, first + _frames(0.5 * most_s), first + _frames(most_s))
            spans.append((first * STEP_S, cut * STEP_S))
            first = cut
        spans.append((first * STEP_S, last * STEP_S))
    return spans


def halves(found: Activity, span: Span) -> tuple[Span, Span]:
    """A stretch in two, cut in its middle third: at the longest pause there, or where it is softest."""
    first, last = (round(moment_s / STEP_S) for moment_s in span)
    third = (last - first) // 3
    cut_s = _softest(found, first + third, last - third) * STEP_S
    return (span[0], cut_s), (cut_s, span[1])


def _softest(found: Activity, first: int, last: int) -> int:
    runs = _runs(~found.active[first:last])
    if runs:
        a, b = max(runs, key=lambda run: run[1] - run[0])
        return first + (a + b) // 2
    return first + int(np.argmin(uniform_filter1d(found.level_db[first:last], 5)))


def _levels(track: Samples) -> NDArray[np.float64]:
    frames = -(-len(track) // STEP)
    squares = np.pad(np.square(track), (0, frames * STEP - len(track))).reshape(frames, STEP)
    power = uniform_filter1d(squares.mean(axis=1, dtype=np.float64), _frames(SMOOTH_S))
    return np.maximum(10.0 * np.log10(np.maximum(power, 1e-12)), FLOOR_DB)


def _around(level_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """The active level around each frame: the loudest second of the 10 s about it, less the peaks of syllables."""
    syllables = uniform_filter1d(level_db, _frames(0.3))
    return maximum_filter1d(syllables, _frames(LOCAL_S))


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _frames(seconds: float) -> int:
    return max(1, round(seconds / STEP_S))
