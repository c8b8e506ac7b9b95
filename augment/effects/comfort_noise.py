"""Comfort noise: a sender that saves frames while nobody speaks, and a receiver that fills in (DTX)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment.audio import Audio
from augment.effect import Effect, Params
from augment.speech_level import active_level_dbfs

FRAME_S = 0.02
HANGOVER_FRAMES = 7
UPDATE_FRAMES = 8
"""Speech frames sent on after speech has ended, and the time between two descriptions of the background, as in AMR's
discontinuous transmission (3GPP TS 26.093)."""

EARLY_FRAMES = 1
"""Sent before speech is found, so that soft beginnings live."""

FLOOR_PERCENT = 10.0
"""This share of the frames is taken for pure background."""

MARGIN_DB, HIGHEST_DB, LOWEST_DB = 6.0, -6.0, -35.0
"""Speech is what lies this far above the background; but never above, or below, that far from the active level."""

ORDER = 16
"""Of the filter that gives the noise the background's spectrum."""


@dataclass(frozen=True, kw_only=True)
class ComfortNoise(Effect):
    """Where nobody speaks, the background is replaced by steady noise of its level and long-term spectrum.

    Speech is found by its energy in 20 ms frames; the noise's level is set anew every 160 ms. A background that is
    nearly as loud as the voice (from some 6 dB of signal-to-noise ratio down), and a clip without any pause, stay as
    they are.
    """

    name = "comfort_noise"
    examples = ({},)

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:  # noqa: ARG002
        """A seed for the noise."""
        return {"seed": int(generator.integers(2**32))}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio with its pauses filled anew."""
        step = max(1, round(FRAME_S * rate))
        frames = np.pad(audio, (0, -len(audio) % step)).reshape(-1, step).astype(np.float64)
        powers = np.mean(frames**2, axis=1)
        speech = _speech_frames(powers, active_level_dbfs(audio, rate))
        if speech.all():
            return audio.copy()
        noise = _coloured(frames[~speech], frames.size, np.random.default_rng(params["seed"]))
        filled = noise * np.repeat(np.sqrt(_updated(powers, speech)), step)
        heard = np.where(np.repeat(speech, step), frames.ravel(), filled)
        return heard[: len(audio)].astype(np.float32)


def _speech_frames(powers: NDArray[np.float64], active_dbfs: float) -> NDArray[np.bool_]:
    """Which frames are sent as speech, hangover and the frame before included."""
    levels = 10.0 * np.log10(powers + 1e-15)
    if active_dbfs == -np.inf:
        return np.ones(len(levels), bool)
    floor = np.percentile(levels, FLOOR_PERCENT)
    threshold = np.clip(floor + MARGIN_DB, active_dbfs + LOWEST_DB, active_dbfs + HIGHEST_DB)
    reach = np.ones(EARLY_FRAMES + 1 + HANGOVER_FRAMES)
    spread = np.convolve(levels > threshold, reach)[EARLY_FRAMES : EARLY_FRAMES + len(levels)]
    return np.asarray(spread > 0)


def _updated(powers: NDArray[np.float64], speech: NDArray[np.bool_]) -> NDArray[np.float64]:
    """For each frame of a pause, the mean power of its update; a pause starts with a new one."""
    edges = np.flatnonzero(np.diff(speech, prepend=True, append=True))
    updated = powers.copy()
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        for first in range(start, stop, UPDATE_FRAMES):
            last = min(first + UPDATE_FRAMES, stop)
            updated[first:last] = powers[first:last].mean()
    return updated


def _coloured(background: NDArray[np.float64], n_samples: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Gaussian noise of power 1 with the spectrum of the background's frames (linear prediction)."""
    from scipy import linalg, signal

    lags = range(min(ORDER + 1, background.shape[1]))
    similar = np.array([np.sum(background[:, lag:] * background[:, : background.shape[1] - lag]) for lag in lags])
    noise = generator.standard_normal(n_samples)
    if len(similar) > 1 and similar[0] > 0.0:
        similar[0] *= 1.0001
        predictor = linalg.solve_toeplitz(similar[:-1], similar[1:])
        noise = signal.lfilter([1.0], np.concatenate([[1.0], -predictor]), noise)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))
