"""A training goes on only with what it was begun with: the contents of files, wherever they lie."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from augment import Mixture
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import precision
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.train import train

SETTINGS = TrainSettings(num_train_epochs=1, dev_utterances=0, dataloader_num_workers=0, save_steps=1)


class StoppedError(Exception):
    """Raised after the first step."""


Begun = Callable[..., str | None]


@pytest.fixture
def begun(tiny: Path, corpus: Manifest, tmp_path: Path) -> Begun:
    """A training that was broken off after its first step; called, it is begun again with other things in its place.

    What it gives is the fields that are refused, or none where it goes on.
    """
    shutil.copytree(corpus.root, tmp_path / "corpus")
    write_audio(tmp_path / "noise" / "street.wav", _noise(1))
    write_audio(tmp_path / "hum.wav", _noise(2))

    def stop(step: int, steps: int, note: str) -> None:
        raise StoppedError

    def again(corpus_root: str = "corpus", noise: str = "noise") -> str | None:
        sources = [f"folder:{tmp_path / noise}", f"file:{tmp_path / 'hum.wav'}"]
        effect = {"effect": "noise", "snr_db": 20, "source": sources}
        mixture = Mixture.from_json([{"share": 1, "channel": {"name": "noisy", "effects": [effect]}}])
        manifest = Manifest(tmp_path / corpus_root, corpus.utterances[:4])
        try:
            train(
                tiny, manifest, manifest, mixture, tmp_path / "out", SETTINGS, seed=1, resume=True, progress=stop,
                dev_mixture=mixture,
            )  # fmt: skip
        except UserError as error:
            return f"{error.code}: {error.facts['fields']}"
        except StoppedError:
            return None
        raise AssertionError("it neither went on nor was refused")

    assert again() is None
    return again


def _noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, RATE).astype(np.float32)


def test_what_lies_elsewhere_is_the_same(begun: Begun, tmp_path: Path) -> None:
    (tmp_path / "corpus").rename(tmp_path / "moved")
    (tmp_path / "noise").rename(tmp_path / "noises")
    assert begun("moved", "noises") is None


def test_swapped_audio_is_refused(begun: Begun, tmp_path: Path) -> None:
    first, second = tmp_path / "corpus" / "0.flac", tmp_path / "corpus" / "1.flac"
    shutil.copyfile(second, first)
    assert begun() == "train.changed: dev, train"


@pytest.mark.parametrize("file", ["noise/street.wav", "hum.wav"])
def test_swapped_noise_is_refused(file: str, begun: Begun, tmp_path: Path) -> None:
    write_audio(tmp_path / file, _noise(3))
    assert begun() == "train.changed: dev_mixture, mixture"


def test_another_machines_precision_is_refused(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    found = precision.choose("auto")
    monkeypatch.setattr(precision, "choose", lambda asked: "fp32" if found == "bf16" else "bf16")
    assert begun() == "train.changed: precision"


def test_lost_audio_is_named_before_the_first_step(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    lost = replace(corpus.utterances[0], audio="lost.flac", end_s=1.0)
    manifest = Manifest(tmp_path, (lost,))
    mixture = Mixture.from_json([{"share": 1, "channel": {"name": "clean"}}])
    with pytest.raises(UserError) as error:
        train(tiny, manifest, None, mixture, tmp_path / "out", SETTINGS, seed=1)
    assert error.value.code == "audio.missing"
    assert not (tmp_path / "out").exists()
