"""Measuring a telephone call by ear alone: no labels, no clean original. Arrays in, a frozen dataclass out.

``measure`` hears one stretch of a call; ``augment.fit_preset`` makes a summary of many, and a preset that sounds alike.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from augment import noises
from augment.audio import Audio, checked, resample
from augment.fit_spectrum import HOP, RATE, Powers, edges, frame_powers, nearest_source
from augment.speech_level import HANGOVER_S, MARGIN_DB, SILENCE_DBFS, active_level_dbfs

LEAST_S = 1.0
"""Shorter stretches are not measured, nor those with less than ``LEAST_SPEECH_S`` above the noise."""
LEAST_SPEECH_S = 0.3

SMOOTHED_FRAMES = 5
FLOOR_QUANTILE = 0.05
"""The noise floor of a frequency is this quantile of its power, smoothed over 96 ms: speech leaves gaps in every
frequency, even without pauses (minimum statistics: Martin, IEEE Trans. Speech Audio Proc. 9, 2001; quantiles: Stahl
et al., ICASSP 2000)."""
PAUSE_FACTOR = 2.0
"""Frames of less than this times the floor are pauses; noise that comes and goes is measured in them."""
WEAK_SPEECH = 0.2
"""How much of the floor's power weak speech adds to them (the mean over clean talks in steady noise)."""
SPOKEN_FACTOR = 1.4
"""Frames of more than this times the noise are speech."""
ENVELOPE_DB = 3.0
"""How far the mean size of speech, P.56's envelope, lies below its effective value."""

HUM_SIZE, HUM_DB = 4096, 12.0
"""Hum: most harmonics of the mains stand out by so much, in windows of 256 ms."""

LOWEST_DBFS = -100.0
HIGHEST_SNR_DB = 60.0
"""There is nothing to hear beyond these."""

PLATEAU = 0.995
PLATEAU_SAMPLES = 3
CLIPPED_SHARE = 5e-4
"""Clipped: so many of the samples lie in runs of three or more within half a percent of the peak."""
CREST_DB = 19.0
"""The highest peak of speech over its active level (median over 23 speakers of clean Korean talks, 30 s each)."""


@dataclass(frozen=True)
class Measured:
    """One stretch of a call.

    ``level_dbfs``: active level by ITU-T P.56, noise included. ``snr_db``: active speech level over the noise floor,
    both over the whole spectrum, at most 60. ``noise_dbfs``: the floor, in pauses and between the sounds of speech.
    ``low_hz``, ``high_hz``: where the spectrum falls off; 0 and 8000 where it does not. ``noise``: the nearest of
    ``fit_spectrum.SOURCES``, or ``hum``. ``clipped_db``: how far peaks would stand above the clipping point, 0 without
    clipping. ``silent_share``: share of the time that is digital silence (a noise gate, or a decoder that gets none).

    How far off (23 clips of 4 to 20 s of three speakers in Korean talks, their own noise taken down): ``snr_db`` with
    steady noise, white or pink, from -5 to 35 dB, by the median -2.5 to +1.1 dB, with a standard deviation of 0.2 to
    1.6 (at 35 dB, 2.5); with babble by +5.4 at -5 dB, +2.9 at 0 and within 1.3 from 10 dB on; with hum by -3. Noise
    that comes and goes (a crowded cafe, music) counts only as far as it never ends: its ratio is measured too high,
    by 6 dB and more. ``high_hz`` by 10 Hz, a ``low_hz`` of 200 to 300 by 10 %; below the voice it is seen only if
    the noise ends there too. One wideband stretch of a few seconds in some twenty, without sharp sounds, seems narrow.
    """

    duration_s: float
    level_dbfs: float
    snr_db: float
    noise_dbfs: float
    low_hz: float
    high_hz: float
    noise: str
    clipped_db: float
    silent_share: float


def measure(audio: NDArray[Any], rate: int) -> Measured | None:
    """What a stretch of some seconds up to a minute, float ``[n]`` at its own ``rate`` Hz, sounds like.

    None if it is shorter than a second or holds no speech: silence, or noise that does not swell.

    Raises:
        AudioError: audio that cannot be processed (see ``augment.audio.checked``).
    """
    heard = checked(audio, rate)
    level_dbfs = active_level_dbfs(heard, rate)
    if len(heard) < LEAST_S * rate or level_dbfs == -np.inf:
        return None
    resampled = resample(heard, rate, RATE)
    powers = frame_powers(resampled)
    silent = _db(powers.sum(axis=1)) < SILENCE_DBFS
    # A window that reaches into a gate's silence tells nothing of the noise.
    sounding = powers[~ndimage.binary_dilation(silent, iterations=2)]
    if len(sounding) * HOP < LEAST_SPEECH_S * RATE:
        return None
    floor = noise_floor(sounding)
    noise = float(floor.sum())
    energies = powers.sum(axis=1)
    spoken = energies > SPOKEN_FACTOR * noise
    if spoken.sum() * HOP < LEAST_SPEECH_S * RATE:
        return None
    speech = _active_power(np.where(silent, 0.0, energies - noise), spoken)
    low_hz, high_hz = edges(powers[spoken].mean(axis=0), floor)
    noise_dbfs = max(float(_db(noise)), LOWEST_DBFS)
    return Measured(
        duration_s=len(heard) / rate,
        level_dbfs=level_dbfs,
        snr_db=min(float(_db(speech)) - noise_dbfs, HIGHEST_SNR_DB),
        noise_dbfs=noise_dbfs,
        low_hz=low_hz,
        high_hz=high_hz,
        noise="hum" if _hums(resampled) else nearest_source(floor, low_hz, high_hz),
        clipped_db=_clipped_db(heard, level_dbfs),
        silent_share=float(silent.mean()),
    )


def noise_floor(powers: Powers) -> NDArray[np.float64]:
    """The noise's power by frequency, float64 ``[SIZE // 2 + 1]``."""
    floor = _quantiles(powers) / _bias()
    energies = powers.sum(axis=1)
    pauses = energies[energies < PAUSE_FACTOR * floor.sum()]
    swell = float(pauses.mean() / floor.sum()) if len(pauses) and floor.sum() > 0 else 1.0
    return np.asarray(floor * max(1.0, swell - WEAK_SPEECH))


def _quantiles(powers: Powers) -> NDArray[np.float64]:
    smoothed = ndimage.uniform_filter1d(powers, SMOOTHED_FRAMES, axis=0, mode="nearest")
    rank = int(FLOOR_QUANTILE * len(smoothed))
    return np.asarray(np.partition(smoothed, rank, axis=0)[rank], np.float64)


@functools.cache
def _bias() -> float:
    """The quantile of steady noise, as a share of its mean."""
    powers = frame_powers(np.random.default_rng(0).standard_normal(60 * RATE, np.float32))
    return float((_quantiles(powers) / powers.mean(axis=0)).mean())


def _active_power(energies: NDArray[np.float64], spoken: NDArray[np.bool_]) -> float:
    """Power of speech without its noise over the time of activity, by P.56's rule on frames."""
    hangover = round(HANGOVER_S * RATE / HOP)
    heard = np.where(spoken, energies, 0.0)
    held = ndimage.maximum_filter1d(heard, hangover + 1, mode="constant", origin=hangover // 2)
    thresholds = np.sort(held)[::-1]
    powers = max(float(energies.sum()), 1e-15) / np.arange(1, len(held) + 1)
    too_high = np.flatnonzero(powers < thresholds * 10.0 ** ((MARGIN_DB - ENVELOPE_DB) / 10.0))
    return float(powers[too_high[-1]] if len(too_high) else powers[-1])


def _hums(audio: Audio) -> bool:
    """Whether the mains' harmonics stand out of the floor between them."""
    powers = frame_powers(audio, HUM_SIZE)
    floor = np.partition(powers, len(powers) // 10, axis=0)[len(powers) // 10]
    harmonics = np.arange(2, 11) * noises.MAINS_HZ
    on, between = (np.rint(hz * HUM_SIZE / RATE).astype(int) for hz in (harmonics, harmonics + noises.MAINS_HZ / 2))
    return bool(np.median(_db(floor[on]) - _db(floor[between])) > HUM_DB)


def _clipped_db(audio: Audio, level_dbfs: float) -> float:
    """How far peaks were cut, judged by how low the highest lies over the active level; 0 without plateaus."""
    sizes = np.abs(audio)
    peak = float(sizes.max())
    flat = sizes >= PLATEAU * peak
    share = ndimage.binary_opening(flat, np.ones(PLATEAU_SAMPLES, bool)).mean()
    if share < CLIPPED_SHARE:
        return 0.0
    return max(0.0, CREST_DB - (20.0 * float(np.log10(peak)) - level_dbfs))


def _db(power: Any) -> NDArray[np.float64]:
    return np.asarray(10.0 * np.log10(np.asarray(power, np.float64) + 1e-15))
