"""A hoarse, rough voice: vocal folds that do not beat evenly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from augment.audio import Audio
from augment.effect import Effect, Params
from augment.frames import OVERLAP, frame_size, split
from augment.spec import Number, Span

FRAME_S = 0.04
LOWEST_HZ, HIGHEST_HZ = 70.0, 400.0
LEAST_PERIODIC = 0.5
OCTAVE_COST = 0.1
"""Of the pitch tracker: autocorrelation over that of its window (Boersma, IFA Proceedings 17, 1993)."""

JITTER_SHARE = np.sqrt(12.0 / np.pi)
SHIMMER_SHARE = np.sqrt(4.0 / np.pi)
"""Local jitter and shimmer of pulses that are independently displaced or scaled with a standard deviation of 1: the
mean of ``|d[k] - 2 d[k+1] + d[k+2]|`` and of ``|a[k] - a[k+1]|``, both Gaussian."""


@dataclass(frozen=True, kw_only=True)
class Hoarse(Effect):
    """Voiced sounds whose pitch periods differ in length and strength. Sounds without pitch stay as they are.

    ``jitter_percent`` and ``shimmer_percent``: mean difference between a period and the next, in length and in
    amplitude, over the mean (Praat's local jitter and shimmer, whose manual gives MDVP's limits for a sound voice: 1.04
    and 3.81). ``subharmonic_percent``: every other period is that much stronger, the others weaker, which gives a
    second pitch an octave below. What the voice has of its own comes on top.
    """

    name = "hoarse"
    examples = (
        {"jitter_percent": [1, 4], "shimmer_percent": [5, 20], "subharmonic_percent": [0, 30]},
        {"jitter_percent": 0, "shimmer_percent": 0, "subharmonic_percent": 20},
    )
    jitter_percent: Annotated[Span, Number(0.0, 8.0)] = 2.0
    shimmer_percent: Annotated[Span, Number(0.0, 40.0)] = 10.0
    subharmonic_percent: Annotated[Span, Number(0.0, 60.0)] = 0.0

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:  # noqa: ARG002
        """A seed for the periods."""
        return {"seed": int(generator.integers(2**32))}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio with each period moved and scaled as a whole; what changes, changes in the weak half between."""
        pitch_hz, voiced = _pitch(audio, rate)
        if not voiced.any():
            return audio
        periods = _held(_periods(audio, pitch_hz, rate))
        first = int(np.floor(periods.min()))
        nodes = np.arange(first, int(periods.max()) + 2)
        moved, scaled = np.clip(np.random.default_rng(params["seed"]).standard_normal((2, len(nodes))), -3.0, 3.0)
        moved *= params["jitter_percent"] / 100.0 / JITTER_SHARE
        scaled *= params["shimmer_percent"] / 100.0 / SHIMMER_SHARE
        scaled += params["subharmonic_percent"] / 100.0 * (1 - 2 * (nodes % 2))
        gains = 1.0 + voiced * np.interp(periods, nodes, scaled)
        if not params["jitter_percent"]:
            return np.asarray(audio * gains, dtype=np.float32)
        moments = np.arange(len(audio)) + voiced * np.interp(periods, nodes, moved) * rate / pitch_hz
        heard = ndimage.map_coordinates(audio, moments[np.newaxis], order=3, mode="nearest", output=np.float32)
        return np.asarray(heard * gains, dtype=np.float32)


def _pitch(audio: Audio, rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each sample the pitch in Hz, and how surely there is one, 0 to 1."""
    size = frame_size(FRAME_S, rate)
    frames = split(audio, size)
    window = split(np.ones(3 * size, np.float32), size)[OVERLAP]
    similar, full = _autocorrelation(frames), _autocorrelation(window[np.newaxis])[0]
    low, high = int(rate / HIGHEST_HZ), min(int(rate / LOWEST_HZ), size // 2)
    lags = np.arange(low, high + 1)
    level = np.maximum(similar[:, :1], 1e-9)
    periodic = similar[:, lags] / level / (full[lags] / full[0])
    best = np.argmax(periodic - OCTAVE_COST * np.log2(lags / low), axis=1)
    rows, inner = np.arange(len(best)), np.clip(best, 1, len(lags) - 2)
    before, here, after = (periodic[rows, inner + step] for step in (-1, 0, 1))
    bend = np.minimum(before - 2.0 * here + after, -1e-6)
    period = lags[inner] + np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    sure = (periodic[rows, best] > LEAST_PERIODIC) & (similar[:, 0] > 1e-4 * similar[:, 0].max())
    if not sure.any():
        return np.full(len(audio), HIGHEST_HZ), np.zeros(len(audio))
    middles = (rows + 1) * (size // OVERLAP) - size // 2
    moments = np.arange(len(audio))
    pitch_hz = rate / ndimage.median_filter(period[sure], 3, mode="nearest")
    return np.interp(moments, middles[sure], pitch_hz), np.interp(moments, middles, sure.astype(np.float64))


def _autocorrelation(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    length = fft.next_fast_len(frames.shape[1] * 3 // 2, real=True)
    spectra = fft.rfft(frames, length)
    return np.asarray(fft.irfft(spectra.real**2 + spectra.imag**2, length)[:, : frames.shape[1] // 2 + 1])


def _periods(audio: Audio, pitch_hz: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """The number of pitch periods up to each sample: whole where a period is strongest."""
    periods = np.cumsum(pitch_hz) / rate
    turning = audio.astype(np.float64) ** 2 * np.exp(-2j * np.pi * periods)
    around = ndimage.uniform_filter1d(turning, max(1, round(FRAME_S * rate)), mode="constant")
    return np.asarray(periods + np.unwrap(np.angle(around)) / (2 * np.pi))


def _held(periods: NDArray[np.float64]) -> NDArray[np.float64]:
    """Steps with slopes: whole for half a period about each whole number."""
    whole = np.floor(periods)
    return np.asarray(whole + np.clip(2.0 * (periods - whole) - 0.5, 0.0, 1.0))
