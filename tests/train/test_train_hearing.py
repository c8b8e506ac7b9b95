"""A training with everything on: it goes on where it was begun with the same, and not with another share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from augment import Mixture
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.settings import SpecAugment, TrainSettings
from kowhisper_tel.train.train import train

NOISY = Mixture.from_json(
    [{"share": 1, "channel": {"name": "noisy", "effects": [{"effect": "noise", "snr_db": [5, 20]}]}}]
)
SETTINGS = TrainSettings(
    num_train_epochs=1,
    batch_seconds=4.0,
    window_s=(2.0, 4.0),
    dev_utterances=0,
    dataloader_num_workers=0,
    save_steps=1,
    severity=((0.0, 0.2), (1.0, 1.0)),
    voice_share=0.5,
    babble_share=0.5,
    spec_augment=SpecAugment(telephone_share=0.5),
)


class StoppedError(Exception):
    """Raised after the second step."""


def test_a_broken_off_training_ends_with_the_same_weights(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    few = Manifest(corpus.root, corpus.utterances[:10])

    def stop(step: int, steps: int, note: str) -> None:
        if step >= 2:
            raise StoppedError

    straight = train(tiny, few, None, NOISY, tmp_path / "straight", SETTINGS, seed=1)
    with pytest.raises(StoppedError):
        train(tiny, few, None, NOISY, tmp_path / "broken", SETTINGS, seed=1, progress=stop)
    with pytest.raises(UserError, match="settings"):
        train(tiny, few, None, NOISY, tmp_path / "broken", replace(SETTINGS, severity=1.0), seed=1, resume=True)
    resumed = train(
        tiny, few, None, NOISY, tmp_path / "broken", replace(SETTINGS, dataloader_num_workers=1), seed=1, resume=True
    )
    assert resumed.weights_sha256 == straight.weights_sha256
    plain = replace(SETTINGS, babble_share=0.0)
    assert train(tiny, few, None, NOISY, tmp_path / "plain", plain, seed=1).weights_sha256 != straight.weights_sha256
