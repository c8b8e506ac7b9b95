"""SpecAugment, keyed: transformers' own draws from global random state and cannot be repeated."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from augment import rng
from kowhisper_tel.train.settings import SpecAugment

if TYPE_CHECKING:
    import torch

FRAMES_PER_S = 100
TELEPHONE_LOW_HZ = (0.0, 300.0)
TELEPHONE_HIGH_HZ = (3400.0, 4000.0)
"""Where a telephone's band begins and ends: 300 to 3400 Hz (ITU-T G.712), and nothing above half of its rate."""
STEPS = 2.0**16
"""Into so many parts a unit of the features is divided for its mean."""


def mask(
    features: torch.Tensor,
    masks: SpecAugment,
    *,
    seed: int,
    path: tuple[str | int, ...],
    places: Sequence[int] | None = None,
) -> None:
    """Wipe parts of ``features`` [windows, mels, frames] (floating point), in place, on whichever device they are.

    Bands and stretches are wiped to each window's mean, what a telephone takes away to its lowest value. Which ones
    depends on seed, path and the window's place alone: ``places``, or else its number.
    """
    import torch

    windows, mels, frames = features.shape
    bands, cut = np.zeros((2, windows, mels, 1), np.bool_)
    stretches = np.zeros((windows, 1, frames), np.bool_)
    for window, place in enumerate(range(windows) if places is None else places):
        generator = rng(seed, *path, "spec_augment", place)
        for low, high in _stretches(generator, masks.bands, masks.band_bins, mels):
            bands[window, low:high] = True
        count = round(masks.stretches * frames / (10 * FRAMES_PER_S))
        for start, end in _stretches(generator, count, round(masks.stretch_s * FRAMES_PER_S), frames):
            stretches[window, :, start:end] = True
        cut[window, :, 0] = telephone_cut(masks, mels, rng(seed, *path, "telephone", place))
    means, floors = _means(features), features.amin(dim=(1, 2), keepdim=True)
    wiped, lost, quiet = (torch.from_numpy(each).to(features.device) for each in (bands, cut, stretches))
    features.copy_(torch.where(lost, floors, torch.where(wiped | quiet, means, features)))


def telephone_cut(masks: SpecAugment, mels: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """The mel bins, ``[mels]``, that a window loses: none, or those whose middle is outside a drawn band."""
    if generator.random() >= masks.telephone_share:
        return np.zeros(mels, np.bool_)
    low_hz, high_hz = generator.uniform(*TELEPHONE_LOW_HZ), generator.uniform(*TELEPHONE_HIGH_HZ)
    middles_hz = mel_middles_hz(mels)
    return (middles_hz < low_hz) | (middles_hz > high_hz)


@functools.cache
def mel_middles_hz(mels: int) -> NDArray[np.float64]:
    """The middle frequency of each of Whisper's mel bins, ``[mels]``: evenly from 0 to 8000 Hz on Slaney's scale."""
    from transformers.audio_utils import hertz_to_mel, mel_to_hertz

    top = hertz_to_mel(8000.0, mel_scale="slaney")
    return np.asarray(mel_to_hertz(np.linspace(0.0, top, mels + 2), mel_scale="slaney"), np.float64)[1:-1]


def _stretches(generator: np.random.Generator, count: int, longest: int, whole: int) -> list[tuple[int, int]]:
    drawn = []
    for _ in range(count):
        width = int(generator.integers(0, min(longest, whole), endpoint=True))
        start = int(generator.integers(0, whole - width, endpoint=True))
        drawn.append((start, start + width))
    return drawn


def _means(features: torch.Tensor) -> torch.Tensor:
    """Each window's mean ``[windows, 1, 1]``, summed in whole numbers: these have one sum, whatever the order in which
    threads (or a device) add them, so that a worker process and the main one wipe to the same value.
    """
    import torch

    total = (features.double() * STEPS).round().to(torch.int64).sum(dim=(1, 2), keepdim=True)
    return (total.double() / (STEPS * features[0].numel())).to(features.dtype)
