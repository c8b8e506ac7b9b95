"""Overlapping windowed frames of audio, and audio from them again: whole clips at once, exact if nothing is changed."""

from __future__ import annotations

import functools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft

from augment.audio import Audio

OVERLAP = 4
"""Frames over each sample."""


def frame_size(seconds: float, rate: int) -> int:
    """About ``seconds`` in samples: a multiple of the overlap, and fast to transform."""
    return OVERLAP * fft.next_fast_len(max(4, round(seconds * rate / OVERLAP)), real=True)


@functools.lru_cache(maxsize=16)
def _window(size: int) -> NDArray[np.float32]:
    """The root of a Hann window, so that taking frames and joining them apply a Hann window together, summed to 1."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return np.sqrt(hann * 2 / OVERLAP).astype(np.float32)


def split(audio: Audio, size: int) -> NDArray[np.float32]:
    """Windowed frames ``[frames, size]``, each ``size / 4`` after the one before; zeros beyond the ends."""
    hop = size // OVERLAP
    padded = np.pad(audio, (size - hop, size + -len(audio) % hop - hop))
    return np.asarray(sliding_window_view(padded, size)[::hop] * _window(size))


def join(frames: NDArray[np.float32], n_samples: int) -> Audio:
    """The audio ``[n_samples]`` that ``split`` gave these frames for, or what has been made of them."""
    count, size = frames.shape
    hop = size // OVERLAP
    parts = (frames * _window(size)).reshape(count, OVERLAP, hop)
    summed = np.zeros((count + OVERLAP - 1, hop), np.float32)
    for part in range(OVERLAP):
        summed[part : part + count] += parts[:, part]
    return summed.reshape(-1)[size - hop :][:n_samples]
