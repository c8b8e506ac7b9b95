"""Synthetic noises by name. Each is made of Gaussian noise and a spectrum; none needs a file.

``white``, ``pink`` (-3 dB an octave), ``brown`` (-6 dB an octave), ``hum`` (60 Hz mains, as in Korea, and its
harmonics), ``speech`` (stationary, with the long-term spectrum of speech), ``babble`` (four of these, each swelling as
talkers do).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from augment.audio import Audio

MAINS_HZ = 60.0
LOWEST_HZ = 20.0
TALKERS = 4
CYCLE_STEPS = 16384
SYLLABLES_HZ = 4.0
LEAST_SAMPLES = 2048
"""Shorter noises are cut from one of this length, so that their spectrum has room."""

# Long-term average speech spectrum, all talkers, in third octaves: Byrne et al., JASA 96 (1994), table II.
LTASS_HZ = (80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300)
LTASS_DB = (43, 54, 58, 58, 60, 60, 58, 60, 60, 58, 54, 52, 51, 49, 48, 47, 46, 46, 44, 43)

Shape = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def names() -> tuple[str, ...]:
    """All synthetic noises."""
    return ("white", "pink", "brown", "hum", "speech", "babble")


def synthesise(name: str, n_samples: int, rate: int, generator: np.random.Generator) -> Audio:
    """Noise of any level, float32 ``[n_samples]``; bring it to the level wanted."""
    length = max(n_samples, LEAST_SAMPLES)
    if name == "white":
        return generator.standard_normal(n_samples, np.float32)
    if name == "hum":
        return _hum(n_samples, rate, generator)
    if name == "babble":
        return _babble(length, rate, generator)[:n_samples]
    shape: Shape = {"pink": _pink, "brown": _brown, "speech": _speech}[name]
    return _shaped(shape, length, rate, generator)[:n_samples]


def _shaped(shape: Shape, n_samples: int, rate: int, generator: np.random.Generator) -> Audio:
    """Gaussian noise with an amplitude spectrum, drawn as a spectrum, so that one transform is enough.

    Arrays are used again, for fresh memory takes longer than the arithmetic.
    """
    from scipy import fft

    length = fft.next_fast_len(n_samples, real=True)
    frequencies = np.arange(length // 2 + 1, dtype=np.float32)
    frequencies *= np.float32(rate / length)
    np.maximum(frequencies, np.float32(LOWEST_HZ), out=frequencies)
    bins = generator.standard_normal(2 * len(frequencies), np.float32).view(np.complex64)
    bins *= shape(frequencies)
    bins[: math.ceil(LOWEST_HZ * length / rate)] = 0.0
    noise: Audio = fft.irfft(bins, length, overwrite_x=True)[:n_samples]
    return noise


def _pink(frequencies: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.sqrt(np.float32(LOWEST_HZ) / frequencies))


def _brown(frequencies: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.float32(LOWEST_HZ) / frequencies


def _speech(frequencies: NDArray[np.float32]) -> NDArray[np.float32]:
    # A third octave is as wide as it is high, so density falls by the frequency beside the band level.
    density_db = np.array(LTASS_DB) - 10.0 * np.log10(LTASS_HZ)
    nepers = np.interp(np.log(frequencies), np.log(LTASS_HZ), density_db * (math.log(10.0) / 20.0))
    return np.exp(nepers.astype(np.float32))


def _hum(n_samples: int, rate: int, generator: np.random.Generator) -> Audio:
    from scipy import fft

    harmonics = np.arange(1, 11)
    harmonics = harmonics[harmonics * MAINS_HZ < rate / 2]
    # Rectified mains: even harmonics are the strong ones, and all fall off.
    amplitudes = generator.uniform(0.5, 1.0, len(harmonics)) * np.where(harmonics % 2, 0.5, 1.0) / harmonics
    phases = generator.uniform(0.0, 2 * np.pi, len(harmonics))
    spectrum = np.zeros(CYCLE_STEPS // 2 + 1, np.complex128)
    spectrum[harmonics] = amplitudes * np.exp(1j * (phases - np.pi / 2)) * (CYCLE_STEPS / 2)
    cycle = fft.irfft(spectrum, CYCLE_STEPS).astype(np.float32)
    steps = (np.arange(n_samples) * (MAINS_HZ / rate * CYCLE_STEPS)).astype(np.int64)
    steps &= CYCLE_STEPS - 1  # a power of two
    return np.asarray(cycle[steps])


def _babble(n_samples: int, rate: int, generator: np.random.Generator) -> Audio:
    # Gaussian voices add up to one Gaussian voice with the sum of their powers, so one is enough.
    pace = 2 * SYLLABLES_HZ / rate
    powers = generator.gamma(1.5, size=(TALKERS, int(n_samples * pace) + 2)) ** 2
    loudness = np.interp(np.arange(n_samples) * pace, np.arange(powers.shape[1]), np.sqrt(powers.sum(axis=0)))
    babble = _shaped(_speech, n_samples, rate, generator)
    babble *= loudness
    return babble
