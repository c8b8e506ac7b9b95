"""Arrays of audio: checking, resampling, PCM. Mono float32 ``[n]``, full scale at -1 and 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment.errors import AudioError

Audio = NDArray[np.float32]
"""Mono audio, shape ``[n]``, float32, full scale at -1 and 1 (louder is allowed until something clips it)."""

Pcm = NDArray[np.int16]
"""Mono 16-bit PCM, shape ``[n]``."""

LOWEST_RATE = 1000
"""Hz. Nothing of speech is left at lower ones, and libraries hang or crash."""

RAMP = 32768.0
"""PCM steps in full scale."""


def checked(audio: NDArray[Any], rate: int) -> Audio:
    """The audio as float32 ``[n]`` (the same array if it already is that).

    Raises:
        AudioError: not an array of floats, not mono ``[n]``, samples that are not finite as float32, or a rate
            that is no rate.
    """
    if not isinstance(audio, np.ndarray):
        raise AudioError(f"audio must be a numpy array, not {type(audio).__name__}")
    if audio.dtype.kind != "f":
        raise AudioError(f"audio must be float32 in -1..1, not {audio.dtype} (divide 16-bit PCM by 32768)")
    if audio.ndim != 1:
        raise AudioError(f"audio must be mono with shape [n], not {list(audio.shape)} (choose or mix the tracks first)")
    if not rate >= LOWEST_RATE:
        raise AudioError(f"the sample rate must be {LOWEST_RATE} Hz or more, not {rate} (is this kHz?)")
    with np.errstate(over="ignore", invalid="ignore"):
        single = audio.astype(np.float32, copy=False)
        total = single.sum()  # a single bad sample makes it bad too
    if not np.isfinite(total) and len(bad := np.flatnonzero(~np.isfinite(single))):
        raise AudioError(
            f"audio has {len(bad)} samples that are NaN or infinite, "
            f"the first at sample {bad[0]} ({bad[0] / rate:.3f} s); repair or drop this clip"
        )
    return single


def fit_length(audio: Audio, n_samples: int) -> Audio:
    """The audio cut, or filled with zeros at its end, to ``n_samples``."""
    if len(audio) >= n_samples:
        return audio[:n_samples]
    return np.pad(audio, (0, n_samples - len(audio)))


def resample(audio: Audio, from_hz: float, to_hz: float, quality: str = "HQ") -> Audio:
    """Resample without delay (soxr, linear phase). The length is ``len(audio) * to_hz / from_hz``, rounded."""
    if from_hz == to_hz or not len(audio):
        return audio
    import soxr

    n_samples = round(len(audio) * to_hz / from_hz)
    return fit_length(np.asarray(soxr.resample(audio, from_hz, to_hz, quality=quality), dtype=np.float32), n_samples)


def to_pcm(audio: Audio) -> Pcm:
    """16-bit PCM, rounded and clipped at full scale."""
    steps: Pcm = np.clip(np.rint(audio * np.float32(RAMP)), -32768, 32767).astype(np.int16)
    return steps


def from_pcm(pcm: Pcm) -> Audio:
    """float32 in -1..1 of 16-bit PCM."""
    return pcm.astype(np.float32) / np.float32(RAMP)
