"""Features: what the model hears of a batch's audio, in the worker that made it or on the device that trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from kowhisper_tel.train import ranks, spec_augment
from kowhisper_tel.train.settings import SpecAugment
from kowhisper_tel.whisper.features import log_mel_batch


def on_device() -> bool:
    """Whether features are made where the model trains: on a GPU, which has them in no time, and where
    windows of several ranks must first be made as long as the longest of them all.
    """
    return torch.cuda.is_available() or ranks.count() > 1


@dataclass(frozen=True)
class Features:
    """Log-mel features of ``n_mels`` bands, and ``masks`` on them that are drawn by ``seed`` and the batch's number."""

    n_mels: int
    masks: SpecAugment | None = None
    seed: int = 0

    def __call__(self, audio: torch.Tensor, number: int, places: Sequence[int] | None = None) -> torch.Tensor:
        """float32[windows, mels, frames] of ``audio`` float32[windows, samples], on the audio's own device.

        ``places`` are the windows' own in batch ``number`` (without it, one after another from 0). On a CPU the windows
        go one by one, so that the values are the same for any number of threads.
        """
        alone = torch.split(audio, 1) if audio.device.type == "cpu" else (audio,)
        features = torch.cat([log_mel_batch(part, self.n_mels) for part in alone])
        if self.masks is not None:
            spec_augment.mask(features, self.masks, seed=self.seed, path=("train", number), places=places)
        return features

    def complete(self, batch: dict[str, Any], device: torch.device | str = "cpu") -> dict[str, Any]:
        """A batch with its features: made on ``device`` from ``audio`` and ``number`` where it has those instead."""
        if "audio" not in batch:
            return batch
        rest = {key: value for key, value in batch.items() if key not in ("audio", "number", "places")}
        audio = batch["audio"].to(device, non_blocking=True)
        audio = F.pad(audio, (0, ranks.longest(audio.shape[1]) - audio.shape[1]))
        return {"input_features": self(audio, batch["number"], batch["places"]), **rest}
