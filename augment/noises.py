"""Synthetic noises by name. Each is made of Gaussian noise and a spectrum; none needs a file.

``white``, ``pink`` (-3 dB an octave), ``brown`` (-6 dB an octave), ``hum`` (60 Hz mains, as in Korea, and its
harmonics), ``speech`` (stationary, with the long-term spectrum of speech), ``babble`` (four of these, each
swelling as talkers do).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from augment.audio import Audio

MAINS_HZ = 60.0
LOWEST_HZ = 20.0
TALKERS = 4
SYLLABLES_HZ = 4.0
LEAST_SAMPLES = 2048
"""Shorter noises are cut from one of this length, so that their spectrum has room."""

# Long-term average speech spectrum, all talkers, in third octaves: Byrne et al., JASA 96 (1994), table II.
LTASS_HZ = (80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300)
LTASS_DB = (43, 54, 58, 58, 60, 60, 58, 60, 60, 58, 54, 52, 51, 49, 48, 47, 46, 46, 44, 43)

Shape = Callable[[NDArray[np.float64]], NDArray[np.float64]]


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
    return _shaped(shape, (1, length), rate, generator)[0, :n_samples]


def _shaped(shape: Shape, size: tuple[int, int], rate: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Rows of Gaussian noise with an amplitude spectrum."""
    from scipy import fft

    rows, n_samples = size
    length = fft.next_fast_len(n_samples, real=True)
    frequencies = fft.rfftfreq(length, 1.0 / rate)
    amplitudes = np.where(frequencies >= LOWEST_HZ, shape(np.maximum(frequencies, LOWEST_HZ)), 0.0)
    spectrum = fft.rfft(generator.standard_normal((rows, length), np.float32)) * amplitudes.astype(np.float32)
    return np.asarray(fft.irfft(spectrum, length)[:, :n_samples], dtype=np.float32)


def _pink(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(LOWEST_HZ / frequencies)


def _brown(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    return LOWEST_HZ / frequencies


def _speech(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    # A third octave is as wide as it is high, so density falls by the frequency beside the band level.
    density_db = np.array(LTASS_DB) - 10.0 * np.log10(LTASS_HZ)
    return np.asarray(10.0 ** (np.interp(np.log(frequencies), np.log(LTASS_HZ), density_db) / 20.0))


def _hum(n_samples: int, rate: int, generator: np.random.Generator) -> Audio:
    harmonics = np.arange(1, 11)
    harmonics = harmonics[harmonics * MAINS_HZ < rate / 2]
    # Rectified mains: even harmonics are the strong ones, and all fall off.
    amplitudes = generator.uniform(0.5, 1.0, len(harmonics)) * np.where(harmonics % 2, 0.5, 1.0) / harmonics
    phases = generator.uniform(0.0, 2 * np.pi, len(harmonics))
    cycle = 2 * np.pi * MAINS_HZ * np.arange(n_samples) / rate
    hum = np.zeros(n_samples, np.float64)
    for harmonic, amplitude, phase in zip(harmonics, amplitudes, phases, strict=True):
        hum += amplitude * np.sin(harmonic * cycle + phase)
    return hum.astype(np.float32)


def _babble(n_samples: int, rate: int, generator: np.random.Generator) -> Audio:
    voices = _shaped(_speech, (TALKERS, n_samples), rate, generator)
    moments = np.arange(n_samples, dtype=np.float32) * np.float32(2 * SYLLABLES_HZ / rate)
    steps = np.arange(int(moments[-1]) + 2)
    babble = np.zeros(n_samples, np.float32)
    for voice in voices:
        loudness = generator.gamma(1.5, size=len(steps))
        babble += voice * np.interp(moments, steps, loudness).astype(np.float32)
    return babble
