"""SpecAugment, keyed: transformers' own draws from global random state and cannot be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augment import rng
from kowhisper_tel.train.settings import SpecAugment

if TYPE_CHECKING:
    import torch

FRAMES_PER_S = 100


def mask(features: torch.Tensor, masks: SpecAugment, *, seed: int, path: tuple[str | int, ...]) -> None:
    """Wipe bands and stretches of ``features`` [windows, mels, frames], in place, to each window's mean."""
    windows, mels, frames = features.shape
    for window in range(windows):
        generator = rng(seed, *path, "spec_augment", window)
        filler = float(features[window].mean())
        for _ in range(masks.bands):
            width = int(generator.integers(0, min(masks.band_bins, mels), endpoint=True))
            low = int(generator.integers(0, mels - width, endpoint=True))
            features[window, low : low + width] = filler
        for _ in range(round(masks.stretches * frames / (10 * FRAMES_PER_S))):
            width = int(generator.integers(0, min(round(masks.stretch_s * FRAMES_PER_S), frames), endpoint=True))
            start = int(generator.integers(0, frames - width, endpoint=True))
            features[window, :, start : start + width] = filler
