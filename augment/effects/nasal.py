"""A voice with a cold: the nose rings along, and the high frequencies are damped."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from augment.audio import Audio
from augment.effect import Effect
from augment.filters import filtered
from augment.spec import Number, Span
from augment.speech_level import energy

POLE_HZ = 270.0
WIDTH_HZ = 100.0
"""Of the nasal pole and of its zero (Klatt, Software for a cascade/parallel formant synthesizer, JASA 67, 1980)."""

DAMPED_FROM_HZ, DAMPED_AT_HZ = 1000.0, 4000.0
EVEN_HZ = 1000.0
RESOLUTION_HZ = 12.5


@dataclass(frozen=True, kw_only=True)
class Nasal(Effect):
    """A nasal pole at 270 Hz with a zero above it at ``zero_hz``, and ``damping_db`` less at 4 kHz.

    At 270 Hz the zero cancels the pole; for nasalised vowels Klatt puts it midway between 270 Hz and the first formant,
    so at about 450 Hz. The damping starts at 1 kHz, on a straight line of dB over the logarithm of frequency, and goes
    on beyond 4 kHz; how much of it a cold brings is our choice, no measurement. The level of the clip is kept. The
    response is the same throughout: nasal consonants do not turn into stops, as those of a nose that is shut do.
    """

    name = "nasal"
    examples = ({"zero_hz": [350, 500], "damping_db": [3, 12]},)
    zero_hz: Annotated[Span, Number(POLE_HZ, 900.0)] = 450.0
    damping_db: Annotated[Span, Number(0.0, 30.0)] = 6.0

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio through the response, without delay at any frequency."""
        taps = _taps(params["zero_hz"], params["damping_db"], rate)
        heard = filtered(audio, taps)
        power = energy(heard)
        return heard * np.float32(np.sqrt(energy(audio) / power)) if power > 0.0 else heard


def response_db(frequencies: NDArray[np.float64], zero_hz: float, damping_db: float) -> NDArray[np.float64]:
    """The gain in dB at frequencies in Hz, over that at 1 kHz."""
    pair = _resonance_db(frequencies, POLE_HZ) - _resonance_db(frequencies, zero_hz)
    even = _resonance_db(np.array(EVEN_HZ), POLE_HZ) - _resonance_db(np.array(EVEN_HZ), zero_hz)
    octaves = np.log2(np.maximum(frequencies, DAMPED_FROM_HZ) / DAMPED_FROM_HZ)
    return np.asarray(pair - even - damping_db * octaves / np.log2(DAMPED_AT_HZ / DAMPED_FROM_HZ))


def _resonance_db(frequencies: NDArray[np.float64], centre_hz: float) -> NDArray[np.float64]:
    """A resonance of ``WIDTH_HZ`` about a frequency: a pair of poles in the Laplace plane."""
    pole = -np.pi * WIDTH_HZ + 2j * np.pi * centre_hz
    at = 2j * np.pi * frequencies
    return np.asarray(-20.0 * np.log10(np.abs((at - pole) * (at - np.conj(pole)) / np.abs(pole) ** 2)))


@functools.lru_cache(maxsize=32)
def _taps(zero_hz: float, damping_db: float, rate: int) -> NDArray[np.float32]:
    """A linear-phase filter, odd in length, so that its middle is its delay."""
    from scipy import signal

    count = round(rate / RESOLUTION_HZ) | 1
    grid = np.linspace(0.0, rate / 2, 4 * count)
    gains = 10.0 ** (response_db(grid, zero_hz, damping_db) / 20.0)
    return np.asarray(signal.firwin2(count, grid, gains, fs=rate), np.float32)
