"""What sources share: their own randomness, tones that sound and rest by turns, and levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment import rng
from augment.speech_level import gain, rms_dbfs
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.files import fingerprint

RAMP_S = 0.005
"""Sounds swell and fade this fast, so that they do not click."""


def generator(source: Mapping[str, Any], seed: int) -> np.random.Generator:
    """What a source draws from: its own description and the seed, nothing else."""
    return rng(seed, "source", fingerprint(dict(source)))


def moments(source: Mapping[str, Any]) -> NDArray[np.float64]:
    """The times of the source's samples, in s."""
    return np.arange(round(source["duration_s"] * RATE)) / RATE


def tones(moments_s: NDArray[np.float64], tones_hz: Sequence[float]) -> NDArray[np.float64]:
    """Tones of equal level, together."""
    return np.asarray(sum(np.sin(2 * np.pi * tone_hz * moments_s) for tone_hz in tones_hz))


def cadence(moments_s: NDArray[np.float64], on_s: float, off_s: float) -> NDArray[np.float64]:
    """1 while a tone sounds, 0 while it rests, over and over, with ramps inside the sound."""
    since_s = moments_s % (on_s + off_s)
    return np.asarray(np.clip(np.minimum(since_s, on_s - since_s) / RAMP_S, 0.0, 1.0))


def at_level(sound: NDArray[np.floating], dbfs: float) -> NDArray[np.float32]:
    """The sound at an RMS level, taken over the samples that are not silent."""
    audio = np.asarray(sound, dtype=np.float32)
    level_dbfs = rms_dbfs(audio[audio != 0.0])
    return audio if level_dbfs == -np.inf else np.asarray(audio * gain(dbfs - level_dbfs), dtype=np.float32)


def add(sound: NDArray[np.float64], start_s: float, part: NDArray[np.float64]) -> None:
    """Add a part from a moment on; what would lie behind the end is left out."""
    first = round(start_s * RATE)
    part = part[: max(0, len(sound) - first)]
    sound[first : first + len(part)] += part
