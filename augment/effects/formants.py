"""Vocal tract length: a larger or a smaller speaker, at the same pitch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from augment.audio import Audio
from augment.effect import Effect
from augment.frames import frame_size, join, split
from augment.spec import Number, Span

FRAME_S = 0.032
PREEMPHASIS = 0.97
"""Takes the fall of the glottal source out of the envelope, so that it is the tract that is scaled (Markel and Gray,
Linear Prediction of Speech, 1976, who also give the order: one pole per kHz of the rate, and some for the rest)."""

FLOOR = 1e-6
"""Of a frame's power, spread over all frequencies, so that the prediction is stable."""

MOST_DB = 30.0
"""The most a frequency is raised or lowered: less than what lies beyond a telephone's band is below it."""

WIDENING_HZ = 15.0
"""Widening of the peaks by a lag window, as speech coders have it (ITU-T G.729, 3.2.1, with 60 Hz for low rates)."""


@dataclass(frozen=True, kw_only=True)
class Formants(Effect):
    """Formants ``factor`` times as high: above 1 a shorter vocal tract, below 1 a longer one. Pitch, timing and the
    level of each moment are kept.

    From men to women formants rise by some 15 to 20 %, from men to children by more (Peterson and Barney, JASA 24,
    1952). The lower formants of a high voice (above some 180 Hz) come out up to 9 % off, for prediction leans towards
    the harmonics; others are within 3 %. What a factor below 1 leaves empty at the top is filled with the envelope's
    last value. Use this before the channel: a band that a telephone took away stays almost empty.
    """

    name = "formants"
    examples = ({"factor": [0.8, 1.25]},)
    factor: Annotated[Span, Number(0.7, 1.4)]

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio with each frame's LPC envelope in place of it scaled. Gains have no phase, so nothing moves."""
        size = frame_size(FRAME_S, rate)
        spectra = fft.rfft(split(audio, size))
        power = spectra.real**2 + spectra.imag**2
        turns = np.arange(power.shape[1]) / size
        predictor = _predictor(power, turns, order=round(rate / 1000) + 2, widening=WIDENING_HZ / rate)
        here = _inverse_power(predictor, turns)
        there = _inverse_power(predictor, np.minimum(turns / params["factor"], 0.5))
        gains = np.clip(here / there, 10.0 ** (-MOST_DB / 10.0), 10.0 ** (MOST_DB / 10.0))
        # The level of the frame is kept: the sum over the bins is its energy.
        gains *= (power.sum(axis=1) / np.maximum((power * gains).sum(axis=1), 1e-30))[:, np.newaxis]
        return join(fft.irfft(spectra * np.sqrt(gains), size), len(audio))


def _predictor(
    power: NDArray[np.float32], turns: NDArray[np.float64], order: int, widening: float
) -> NDArray[np.float64]:
    """Linear prediction by the autocorrelation method: ``[frames, order + 1]``, the first of each 1."""
    emphasis = 1.0 + PREEMPHASIS**2 - 2.0 * PREEMPHASIS * np.cos(2 * np.pi * turns)
    similar = fft.irfft(power * emphasis).astype(np.float64)[:, : order + 1]
    similar *= np.exp(-0.5 * (2 * np.pi * widening * np.arange(order + 1)) ** 2)
    similar[:, 0] = similar[:, 0] * (1.0 + FLOOR) + 1e-12
    predictor = np.zeros_like(similar)
    predictor[:, 0] = 1.0
    error = similar[:, 0].copy()
    for step in range(1, order + 1):  # Levinson and Durbin, all frames at once
        reflection = -(predictor[:, :step] * similar[:, step:0:-1]).sum(axis=1) / error
        predictor[:, 1 : step + 1] += reflection[:, np.newaxis] * predictor[:, step - 1 :: -1]
        error *= 1.0 - reflection**2
    return predictor


def _inverse_power(predictor: NDArray[np.float64], turns: NDArray[np.float64]) -> NDArray[np.float32]:
    """``|A|^2`` at frequencies in turns a sample: the envelope's power, upside down."""
    angles = 2 * np.pi * np.outer(np.arange(predictor.shape[1]), turns)
    real, imaginary = predictor @ np.cos(angles), predictor @ np.sin(angles)
    return np.asarray(real**2 + imaginary**2, dtype=np.float32)
