"""Levels of speech, in dB relative to full scale (a full-scale square wave is 0 dBFS, as dBov in ITU-T)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d
from scipy.signal import lfilter

from augment.audio import Audio

TIME_CONSTANT_S = 0.03
HANGOVER_S = 0.2
MARGIN_DB = 15.9
"""Of ITU-T P.56 (2011), method B: smoothing of the envelope, how long speech goes on below the threshold, and how far
the threshold lies below the active level."""

STEP_S = 0.001
"""The envelope is looked at this often."""

SUMMED = 64
"""Samples that are summed in single precision; more in double."""

SILENCE_DBFS = -90.0
"""Below this, audio counts as silence: about the last bit of 16-bit PCM."""

NOMINAL_DBFS = -26.0
"""The active level that telephone networks are planned for (ITU-T G.101)."""


def energy(audio: Audio) -> float:
    """Sum of squares. Not by ``np.dot``, whose last bits depend on how many threads BLAS has."""
    return float(_sums(np.square(audio), SUMMED).sum())


def rms_dbfs(audio: Audio) -> float:
    """Level over the whole clip; ``-inf`` for digital silence."""
    power = energy(audio) / len(audio) if len(audio) else 0.0
    return 10.0 * float(np.log10(power)) if power > 0.0 else -np.inf


def active_level_dbfs(audio: Audio, rate: int) -> float:
    """Active speech level by ITU-T P.56, method B; ``-inf`` below ``SILENCE_DBFS``.

    The level over the time in which somebody speaks: where the envelope, or that of the last 0.2 s, lies above a
    threshold 15.9 dB below that very level. Pauses do not count, so a clip's silent ends do not change its SNR. Where
    the recommendation tries thresholds 6 dB apart and interpolates, this finds the one that is met, so that a gain
    changes the level by just that gain. A click too short for the envelope counts over the whole clip.
    """
    total = energy(audio)
    if total <= 0.0:
        return -np.inf
    held, step = _held_envelope(audio, rate)
    # From the loudest on: the power if so much is active, and the threshold at which it is.
    powers = total / np.minimum(np.arange(1, len(held) + 1) * step, len(audio))
    thresholds = np.sort(held)[::-1]
    too_high = np.flatnonzero(powers < thresholds**2 * 10.0 ** (MARGIN_DB / 10.0))
    return _floored(10.0 * math.log10(powers[too_high[-1]]) if len(too_high) else rms_dbfs(audio))


def _held_envelope(audio: Audio, rate: int) -> tuple[NDArray[np.float64], int]:
    """The twice smoothed absolute value, the highest of the last 0.2 s, and the samples between two of its values."""
    step = max(1, round(STEP_S * rate))
    means = _sums(np.abs(audio), step) / step
    decay = math.exp(-step / (rate * TIME_CONSTANT_S))
    envelope = lfilter([(1.0 - decay) ** 2], [1.0, -2.0 * decay, decay**2], means)  # two one-pole filters in a row
    hangover = math.ceil(HANGOVER_S * rate / step)
    return maximum_filter1d(envelope, hangover + 1, mode="constant", origin=hangover // 2), step


def _sums(values: Audio, step: int) -> NDArray[np.float64]:
    """Sums over each ``step`` values, and over what is left."""
    whole = len(values) // step * step
    sums = np.einsum("ij->i", values[:whole].reshape(-1, step)).astype(np.float64)
    return sums if whole == len(values) else np.append(sums, values[whole:].sum(dtype=np.float64))


def _floored(level_dbfs: float) -> float:
    return level_dbfs if level_dbfs >= SILENCE_DBFS else -np.inf


def gain(level_db: float) -> np.float32:
    """The factor of a gain in dB."""
    return np.float32(10.0 ** (level_db / 20.0))
