"""Synthetic noises by name. Each is made of Gaussian noise and a spectrum; none needs a file.

``white``, ``pink`` (-3 dB an octave), ``brown`` (-6 dB an octave), ``hum`` (60 Hz mains, as in Korea, and its
harmonics), ``speech`` (stationary, with the long-term spectrum of speech), ``babble`` (four of these, each swelling as
talkers do).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from augment.audio import Audio
from augment.randomness import rng

MAINS_HZ = 60.0
LOWEST_HZ = 20.0
TALKERS = 4
CYCLE_STEPS = 16384
SYLLABLES_HZ = 4.0
MINUTE_S = 60

# Long-term average speech spectrum, all talkers, in third octaves: Byrne et al., JASA 96 (1994), table II.
LTASS_HZ = (80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300)
LTASS_DB = (43, 54, 58, 58, 60, 60, 58, 60, 60, 58, 54, 52, 51, 49, 48, 47, 46, 46, 44, 43)

Shape = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def names() -> tuple[str, ...]:
    """All synthetic noises."""
    return ("white", "pink", "brown", "hum", "speech", "babble")


def synthesise(name: str, n_samples: int, rate: int, generator: np.random.Generator) -> Audio:
    """Noise of any level, float32 ``[n_samples]``; bring it to the level wanted.

    But for hum, it is the sum of two stretches of a minute of noise that is made once, from any places a second or more
    apart: as good as noise of its own, and much quicker.
    """
    if name == "hum":
        return _hum(n_samples, rate, generator)
    whole = _minute("speech" if name == "babble" else name, rate)
    start, away = int(generator.integers(len(whole))), int(generator.integers(rate, len(whole) - rate))
    noise = _stretch(whole, start, n_samples)
    noise += _stretch(whole, (start + away) % len(whole), n_samples)
    if name == "babble":
        noise *= _loudness(n_samples, rate, generator)
    return noise


def _stretch(whole: Audio, start: int, n_samples: int) -> Audio:
    """From a noise that goes round without a joint."""
    end = start + n_samples
    return whole[start:end].copy() if end <= len(whole) else whole[np.arange(start, end) % len(whole)]


@functools.lru_cache(maxsize=16)
def _minute(name: str, rate: int) -> Audio:
    """Gaussian noise with an amplitude spectrum, drawn as a spectrum, so that its end goes on where it begins."""
    from scipy import fft

    length = fft.next_fast_len(MINUTE_S * rate, real=True)
    frequencies = np.maximum(np.fft.rfftfreq(length, 1.0 / rate), LOWEST_HZ)
    bins = rng(0, "noise", name).standard_normal(2 * len(frequencies), np.float32).view(np.complex64)
    bins *= SHAPES[name](frequencies).astype(np.float32)
    bins[: math.ceil(LOWEST_HZ * length / rate)] = 0.0
    noise = np.asarray(fft.irfft(bins, length), np.float32)
    noise.flags.writeable = False
    return noise


def _white(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ones_like(frequencies)


def _pink(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(LOWEST_HZ / frequencies)


def _brown(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    return LOWEST_HZ / frequencies


def _speech(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    # A third octave is as wide as it is high, so density falls by the frequency beside the band level.
    density_db = np.array(LTASS_DB) - 10.0 * np.log10(LTASS_HZ)
    return np.asarray(10.0 ** (np.interp(np.log(frequencies), np.log(LTASS_HZ), density_db) / 20.0))


SHAPES: dict[str, Shape] = {"white": _white, "pink": _pink, "brown": _brown, "speech": _speech}


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


def _loudness(n_samples: int, rate: int, generator: np.random.Generator) -> Audio:
    # Gaussian voices add up to one Gaussian voice with the sum of their powers, so one is enough.
    pace = 2 * SYLLABLES_HZ / rate
    powers = generator.gamma(1.5, size=(TALKERS, int(n_samples * pace) + 2)) ** 2
    moments = np.arange(n_samples) * pace
    loudness = np.interp(moments, np.arange(powers.shape[1]), np.sqrt(powers.sum(axis=0)))
    return np.asarray(loudness, np.float32)
