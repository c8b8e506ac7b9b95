"""A breathy voice: breath is heard through the upper half of the spectrum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from scipy import fft, signal

from augment.audio import Audio
from augment.effect import Effect, Params
from augment.filters import filtered
from augment.frames import frame_size, join, split
from augment.spec import Number, Span
from augment.speech_level import energy

CROSSOVER_HZ = 2000.0
"""Aspiration takes the place of harmonics about the third formant and above (Klatt and Klatt, JASA 87, 1990)."""

FILTER_S = 0.004
FRAME_S = 0.006
"""Less than a pitch period, so that the noise swells with each glottal pulse; else it is heard as a sound of its own
(Hermes, Synthesis of breathy vowels, Speech Communication 10, 1991)."""


@dataclass(frozen=True, kw_only=True)
class Breathy(Effect):
    """Above 2 kHz, aspiration noise ``strength_db`` over the harmonics that are left.

    The harmonics give way by as much as the noise adds, so the envelope stays as it was, and with it the words. Sounds
    that are noise already (s, h) stay what they are. Below 2 kHz nothing is changed.
    """

    name = "breathy"
    examples = ({"strength_db": [-6, 12]},)
    strength_db: Annotated[Span, Number(-40.0, 40.0)]

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:  # noqa: ARG002
        """A seed for the noise."""
        return {"seed": int(generator.integers(2**32))}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The low band, and the high band partly given to noise of the same level and envelope."""
        if rate <= 2 * CROSSOVER_HZ:
            return audio
        high = _above(audio, rate)
        noise = _above(_whispered(high, rate, np.random.default_rng(params["seed"])), rate)
        noise_power = energy(noise)
        if noise_power <= 0.0:
            return audio
        noise *= np.float32(np.sqrt(energy(high) / noise_power))
        share = 1.0 / (1.0 + 10.0 ** (-params["strength_db"] / 10.0))
        breathy = audio - high + high * np.sqrt(1.0 - share) + noise * np.sqrt(share)
        return np.asarray(breathy, dtype=np.float32)


def _above(audio: Audio, rate: int) -> Audio:
    """What lies above the crossover, without delay."""
    taps = signal.firwin(round(FILTER_S * rate) | 1, CROSSOVER_HZ, fs=rate, pass_zero=False)
    return filtered(audio, taps.astype(np.float32))


def _whispered(audio: Audio, rate: int, generator: np.random.Generator) -> Audio:
    """Noise with the short-time spectrum of the audio, in frames too short to tell its harmonics apart."""
    size = frame_size(FRAME_S, rate)
    white = generator.standard_normal(len(audio), np.float32)
    loudness = np.abs(fft.rfft(split(audio, size) * signal.windows.cosine(size, sym=False).astype(np.float32)))
    return join(fft.irfft(fft.rfft(split(white, size)) * loudness, size), len(audio))
