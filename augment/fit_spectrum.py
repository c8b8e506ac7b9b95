"""Power spectra of stretches of calls, their band edges, and the kind of noise in them.

All at 16 kHz. A mean spectrum is float ``[257]``, power at 0, 31.25, … 8000 Hz.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from augment import noises
from augment.audio import Audio

RATE = 16_000
SIZE, HOP = 512, 256
"""Hann windows of 32 ms, 16 ms apart."""
STEP_HZ = RATE / SIZE
OPEN_HZ = RATE / 2
"""The high edge of a spectrum that does not fall."""

HALF_DB = 6.0
"""An edge lies where half the amplitude is left, as in the ``band`` effect."""
LOW_DB = 4.0
"""The same at the low edge, where the window's width takes some of the fall's steepness."""
LEAST_HIGH_DB, LEAST_LOW_DB = 14.0, 10.0
"""A fall of less than this within some 300 Hz is the voice's own."""
HIGHER_DB = 10.0
"""Nothing above a high edge comes nearer than this to the level inside."""
VOICE_HZ, LEAST_VOICE_DB = 240.0, 15.0
"""A voice may end below this by itself, or sink into noise by less than that: then it is an edge of the channel only if
the noise ends as well."""
HIGHEST_LOW_BIN, LEAST_HIGH_BIN = 24, 64
"""Edges are looked for up to 750 Hz, and from 2000 Hz on."""

SOURCES = ("white", "pink", "brown", "speech")
"""The noises that a floor is compared with; babble has the spectrum of ``speech``."""
HEARD_DB = 35.0
"""What lies deeper below the floor's highest third of an octave does not count."""
THIRDS_HZ = 1000.0 * 2.0 ** (np.arange(-12, 9) / 3)

Spectrum = NDArray[np.float64]
Powers = NDArray[np.float32]


def frame_powers(audio: Audio, size: int = SIZE) -> Powers:
    """Power by frame and frequency, float32 ``[frames, size // 2 + 1]``: a frame's sum is its mean square."""
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    padded = np.pad(audio, (0, max(0, size - len(audio))))
    spectra = np.fft.rfft(sliding_window_view(padded, size)[:: size // 2] * window, axis=1)
    scale = 2.0 / (size * float(np.dot(window, window)))
    return (np.square(np.abs(spectra)) * scale).astype(np.float32)


def edges(speech: Spectrum, floor: Spectrum) -> tuple[float, float]:
    """Low and high edge in Hz of the spectrum of speech, the noise's at hand; 0 and 8000 where there is none.

    An edge is the steepest fall, which no voice has by itself: so the tilt of a voice does not move it.
    """
    spoken_db, floor_db = _db(speech), _db(floor)
    (low_hz, fall_db), (floor_low_hz, _) = _low_edge(spoken_db), _low_edge(floor_db)
    if floor_low_hz:
        low_hz = min(low_hz, floor_low_hz)
    elif low_hz < VOICE_HZ or fall_db < LEAST_VOICE_DB:
        low_hz = 0.0
    return low_hz, _high_edge(spoken_db)


def _high_edge(level_db: Spectrum) -> float:
    """The high edge in Hz: the first deep fall, for a codec's own noise may go on beyond it and fall later."""
    best_db, at, inside_db = LEAST_HIGH_DB, 0, 0.0
    for bin_ in range(LEAST_HIGH_BIN, len(level_db) - 8):
        inside = level_db[bin_ - 12 : bin_ - 2].mean()
        fall = inside - level_db[bin_ + 4 : bin_ + 14].mean()
        if fall > best_db and level_db[bin_ + 4 :].max() < inside - HIGHER_DB:
            best_db, at, inside_db = fall, bin_, inside
        elif at and fall < LEAST_HIGH_DB:
            break
    if not at:
        return OPEN_HZ
    last = at - 12 + int(np.flatnonzero(level_db[at - 12 : at + 4] >= inside_db - HALF_DB)[-1])
    return _crossing(level_db, last, inside_db - HALF_DB)


def _low_edge(level_db: Spectrum) -> tuple[float, float]:
    """The low edge in Hz (0 if there is none), and by how much the level falls there."""
    best_db, at, inside_db = 0.0, 0, 0.0
    for bin_ in range(3, HIGHEST_LOW_BIN):
        inside = level_db[bin_ + 2 : bin_ + 10].mean()
        fall = inside - level_db[max(0, bin_ - 4) : bin_ - 1].mean()
        if fall > best_db and level_db[1 : bin_ - 1].max() < inside - HALF_DB:
            best_db, at, inside_db = fall, bin_, inside
    if best_db < LEAST_LOW_DB:
        return 0.0, best_db
    first = max(0, at - 4)
    below = np.flatnonzero(level_db[first : at + 6] < inside_db - LOW_DB)
    return _crossing(level_db, first + int(below[-1]) if len(below) else first, inside_db - LOW_DB), best_db


def _crossing(level_db: Spectrum, bin_: int, target_db: float) -> float:
    """Where between a bin and the next the level passes a target, in Hz."""
    step_db = level_db[bin_ + 1] - level_db[bin_]
    part = (target_db - level_db[bin_]) / step_db if step_db else 0.0
    return float((bin_ + np.clip(part, 0.0, 1.0)) * STEP_HZ)


def nearest_source(floor: Spectrum, low_hz: float, high_hz: float) -> str:
    """The noise of ``SOURCES`` whose spectrum is most like the floor within the band."""
    floor_db = _third_octaves(floor)
    inside = (max(1.2 * low_hz, 70.0) < THIRDS_HZ) & (0.9 * high_hz > THIRDS_HZ)
    inside &= floor_db > floor_db[inside].max() - HEARD_DB
    differences = {name: np.std((floor_db - _source_db(name))[inside]) for name in SOURCES}
    return min(differences, key=lambda name: float(differences[name]))


def _third_octaves(spectrum: Spectrum) -> Spectrum:
    """Power density in dB around 62.5 Hz, … 8 kHz, a third of an octave apart."""
    summed, frequencies = np.cumsum(spectrum), np.arange(len(spectrum)) * STEP_HZ
    bounds = np.interp(THIRDS_HZ[:, np.newaxis] * 2.0 ** (np.array([-1, 1]) / 6), frequencies, summed)
    return _db((bounds[:, 1] - bounds[:, 0]) / THIRDS_HZ)


@functools.cache
def _source_db(name: str) -> Spectrum:
    noise = noises.synthesise(name, 10 * RATE, RATE, np.random.default_rng(0))
    return _third_octaves(frame_powers(noise).mean(axis=0).astype(np.float64))


def _db(power: Spectrum) -> Spectrum:
    return np.asarray(10.0 * np.log10(power + 1e-13))
