"""Fingerprint: what stays of a recording when it is sent through telephone codecs, made louder, or trimmed.

After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002): how the differences between
neighbouring bands change over time. Three things differ, for speech of a few seconds: only the telephone band is heard
(300 to 3,400 Hz), frames are shorter (0.128 s), and the values are compared and not their signs alone, because in
pauses signs say nothing. Keys to look a fingerprint up by are signs as theirs are, with the weakest bits tried both
ways (their section 4.4), but of cosine coefficients over the bands, which codecs change less.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.audio import Samples

RATE = 8_000
"""Audio is compared at this rate in Hz: a telephone copy has no more."""
FRAME, HOP = 1024, 160
"""Samples of a frame (0.128 s) and from one frame to the next (0.02 s)."""
BAND_HZ = (300.0, 3_400.0)
BANDS = 17
FLOOR_DB = 36.0
"""What lies further than this below the clip's loud frames is taken for silence."""
STEPS_PER_DB = 6
LAG = 6
"""Frames between the two levels whose difference is compared (0.12 s)."""
KEY_LAG, KEY_STEP = 4, 8
"""A key is two signs, 0.16 s apart, of each coefficient's change in 0.08 s."""
WEAK_BITS = 6
"""So many of a key's bits are tried both ways: those whose values lie nearest to 0."""
FEWEST_FRAMES = 8.0
"""Clips with fewer frames that say something are compared by hash only."""
LEAST_RMS_DB = 1.5
"""Steady sounds (tones, hum) change less than this, and are compared by hash only."""

Pattern = NDArray[np.float32]
Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """``levels`` is uint8[frames, BANDS] in sixths of a dB above the floor (850 bytes for a second).

    ``active`` is how many frames carry its pattern: the participation ratio of their energies.
    """

    levels: NDArray[np.uint8]
    active: float

    @property
    def telling(self) -> bool:
        """Whether there is enough in it to know the recording by."""
        return self.active >= FEWEST_FRAMES


def fingerprint(audio: Samples) -> Fingerprint:
    """The fingerprint of float32[n] at ``RATE`` Hz; the same at any level that does not clip."""
    levels = np.rint(_levels_db(audio) * STEPS_PER_DB).astype(np.uint8)
    changes = pattern(levels)
    energy = np.sum(changes**2, axis=1)
    if not energy.size or np.sqrt(energy.mean() / (BANDS - 1)) < LEAST_RMS_DB:
        return Fingerprint(levels, 0.0)
    return Fingerprint(levels, float(energy.sum() ** 2 / np.sum(energy**2)))


def _levels_db(audio: Samples) -> NDArray[np.float32]:
    """float32[frames, BANDS]: levels of the bands in dB above the floor, which lies below the clip's loud frames."""
    if len(audio) < FRAME:
        return np.zeros((0, BANDS), np.float32)
    import scipy.fft

    frames = np.lib.stride_tricks.sliding_window_view(audio, FRAME)[::HOP] * _window()
    spectrum = scipy.fft.rfft(frames, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2) @ _bands()
    loud = float(np.percentile(power.sum(axis=1), 95)) / BANDS
    if loud <= 0:
        return np.zeros((0, BANDS), np.float32)
    levels: NDArray[np.float32] = 10 * np.log10(np.maximum(power / loud, 10 ** (-FLOOR_DB / 10))) + FLOOR_DB
    return levels.clip(0, 255 / STEPS_PER_DB)


@functools.cache
def _window() -> NDArray[np.float32]:
    return np.hanning(FRAME).astype(np.float32)


@functools.cache
def _bands() -> NDArray[np.float32]:
    """float32[FRAME // 2 + 1, BANDS]: triangles of equal width on the mel scale (O'Shaughnessy 1987)."""
    hz = np.fft.rfftfreq(FRAME, 1 / RATE)
    mel, (low, high) = (2595 * np.log10(1 + f / 700) for f in (hz, np.array(BAND_HZ)))
    edges = np.linspace(low, high, BANDS + 2)
    rise = (mel[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - mel[:, None]) / (edges[2:] - edges[1:-1])
    triangles: NDArray[np.float32] = np.maximum(0, np.minimum(rise, fall)).astype(np.float32)
    return triangles


def pattern(levels: NDArray[np.uint8]) -> Pattern:
    """float32[frames, BANDS - 1]: how the differences between bands change in ``LAG`` frames, cut off at ±2 RMS."""
    slopes = np.diff(levels.astype(np.float32) / STEPS_PER_DB, axis=1)
    change = slopes[LAG:] - slopes[:-LAG]
    most = 2 * np.sqrt(np.mean(change**2)) if change.size else 0.0
    return change.clip(-most, most)


def likeness(one: Pattern, other: Pattern, least_share: float = 0.6) -> tuple[float, float]:
    """The cosine of two patterns at their best offset, over at least ``least_share`` of the shorter one; 0 to 1.

    And how many frames carry it: the participation ratio of their energies there.
    """
    n, m = len(one), len(other)
    if not n or not m:
        return 0.0, 0.0
    # Each diagonal of the products of all frames is one offset; a row longer by one shears diagonals into columns.
    sheared = np.zeros((n, n + m), np.float32)
    sheared[:, :m] = one @ other[::-1].T
    products = sheared.ravel()[: n * (n + m - 1)].reshape(n, n + m - 1).sum(axis=0)
    offset = np.arange(n + m - 1) - (m - 1)
    first, second = np.maximum(offset, 0), np.maximum(-offset, 0)
    overlap = np.minimum(n - first, m - second)
    one_upto, other_upto = _energy_upto(one), _energy_upto(other)
    energy = np.sqrt(
        (one_upto[first + overlap] - one_upto[first]) * (other_upto[second + overlap] - other_upto[second])
    )
    least = max(least_share * min(one_upto[-1], other_upto[-1]), 1e-6)
    sound = (overlap >= least_share * min(n, m)) & (energy >= least)
    cosines = np.where(sound, products / np.maximum(energy, least), 0.0)
    best = int(np.argmax(cosines))
    here = slice(first[best], first[best] + overlap[best]), slice(second[best], second[best] + overlap[best])
    frames = np.sqrt(np.sum(one[here[0]] ** 2, axis=1) * np.sum(other[here[1]] ** 2, axis=1))
    return float(cosines[best]), float(frames.sum() ** 2 / max(np.sum(frames**2), 1e-6))


def _energy_upto(changes: Pattern) -> NDArray[np.float64]:
    """float64[frames + 1]: the energy of the frames before each."""
    return np.concatenate([[0.0], np.cumsum(np.sum(changes.astype(np.float64) ** 2, axis=1))])


def keys(levels: NDArray[np.uint8], coefficients: int, *, both_ways: bool = False) -> tuple[Keys, Keys]:
    """Keys of a fingerprint (two bits a coefficient), and the frame that each begins at.

    ``both_ways``: each key 2 ** ``WEAK_BITS`` times, with every weak bit as 0 and as 1.
    """
    import scipy.fft
    from scipy.ndimage import uniform_filter1d

    if len(levels) <= KEY_LAG + KEY_STEP:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    over_bands = scipy.fft.dct(levels.astype(np.float32), axis=1, norm="ortho")[:, :coefficients]
    change = uniform_filter1d(over_bands[KEY_LAG:] - over_bands[:-KEY_LAG], 3, axis=0)
    values = np.concatenate([change[:-KEY_STEP], change[KEY_STEP:]], axis=1)
    # Where nothing changes there is silence, and its key would be everybody's.
    frames = np.flatnonzero(np.abs(values).min(axis=1) > 1e-3)
    values = values[frames]
    bits = 1 << np.arange(values.shape[1], dtype=np.int64)
    plain = (values > 0) @ bits
    if not both_ways:
        return plain, frames
    weakest = np.argpartition(np.abs(values), WEAK_BITS, axis=1)[:, :WEAK_BITS]
    flips = bits[weakest] @ np.array(list(product((0, 1), repeat=WEAK_BITS))).T
    return (plain[:, None] ^ flips).ravel(), np.repeat(frames, flips.shape[1])
