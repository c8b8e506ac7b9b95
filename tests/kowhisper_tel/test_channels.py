"""The config's channels: recorded noise in them, what training has heard of the tests, and what the control has not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from augment.effects.noise import Noise
from eval_suites import suites, unseen
from kowhisper_tel.commands.channels import heard_in_training, training_mixture
from kowhisper_tel.config import Train
from kowhisper_tel.config_file import dump_config, load_config
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.train.settings import SpecAugment, TrainSettings


def recording(path: Path, seed: int) -> Path:
    write_audio(path, np.random.default_rng(seed).normal(0, 0.1, RATE).astype(np.float32))
    return path


def trained(*lines: str) -> Train:
    train = load_config(None, [f"train.{line}" for line in lines]).train
    assert train is not None
    return train


def unseen_of(train: Train, *names: str, noise: list[str] | None = None) -> list[bool]:
    found = suites.build(list(names), noise=noise) if noise else suites.build(list(names))
    marked = {suite.name: suite.unseen for suite in unseen.mark(found, heard_in_training(train))}
    return [marked[name] for name in names]


def test_babble_in_training_makes_the_babble_suites_heard() -> None:
    names = ("noisy_10", "noisy_mic_babble_10", "phone_speex_nb_8")
    assert unseen_of(trained(), *names) == [True, True, True]
    assert unseen_of(trained("babble_share=0.1"), *names) == [False, False, True]
    assert unseen_of(trained("babble_share=0.1", "clean_share=1"), *names) == [False, True, True]


def test_voices_in_training_make_the_simulated_speakers_heard() -> None:
    names = ("speaker_rate_0.7", "speaker_pitch_+2", "speaker_breathy", "speaker_far_1")
    assert unseen_of(trained(), *names) == [True] * 4
    assert unseen_of(trained("voice_share=0.01"), *names) == [False, False, False, True]


def test_a_mixture_that_no_utterance_ever_goes_through_is_not_heard() -> None:
    assert unseen_of(trained("severity=0"), "phone_g711", "clean") == [True, False]
    assert unseen_of(trained("severity=[[0, 0], [1, 0.1]]"), "phone_g711", "clean") == [False, False]


def test_noise_that_was_trained_on_is_heard_wherever_it_lies(tmp_path: Path) -> None:
    street, other = recording(tmp_path / "train" / "street.flac", 1), recording(tmp_path / "test" / "other.flac", 2)
    train = trained(f"noise={tmp_path / 'train'}")
    assert unseen_of(train, "noisy_10", noise=[str(other)]) == [True]
    assert unseen_of(train, "noisy_10", noise=[str(street)]) == [False]
    copied = tmp_path / "test" / "under another name.flac"
    shutil.copyfile(street, copied)
    assert unseen_of(train, "noisy_10", noise=[str(copied)]) == [False]
    assert unseen_of(train, "noisy_10", noise=[str(tmp_path / "test")]) == [False]
    assert unseen_of(trained(), "noisy_10", noise=[str(copied)]) == [True]


def test_recorded_noise_is_named_beside_the_config(tmp_path: Path) -> None:
    recording(tmp_path / "sounds" / "street.flac", 1)
    recording(tmp_path / "hall.wav", 2)
    (tmp_path / "my.yaml").write_text(
        "name: mine\ndata: {corpora: [{kind: folder, path: x}]}\n"
        "train: {noise: [./sounds, 'file:hall.wav', babble], noise_share: 1}"
    )
    config = load_config(tmp_path / "my.yaml")
    sources = {
        e.source
        for _, channel in training_mixture(config.train).parts
        for e in channel.effects[:1]
        if isinstance(e, Noise)
    }
    assert sources == {(f"folder:{tmp_path / 'sounds'}", f"file:{tmp_path / 'hall.wav'}", "babble")}
    (tmp_path / "again.yaml").write_text(dump_config(config))
    assert load_config(tmp_path / "again.yaml") == config


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["noise=./nowhere"], "config.channel"),
        (["noise=bable"], "eval.noise_unknown"),
        (["noise=babble", "channels=[{share: 1, channel: {name: x, effects: [{effect: band}]}}]"], "train.noise_place"),
    ],
)
def test_noise_that_cannot_be_had_is_refused(lines: list[str], code: str) -> None:
    with pytest.raises(UserError) as error:
        training_mixture(trained(*lines))
    assert error.value.code == code
    assert error.value.text("en") != error.value.text("ko")


@pytest.mark.parametrize(
    "line",
    [
        "severity=1.5", "severity=[[0.5, 1], [0.2, 1]]", "voice_share=-0.1", "babble_share=2", "babble_snr_db=[20, 5]",
        "noise_share=0", "spec_augment={bands: -1}", "spec_augment={telephone_share: 2}", "spec_augment={band: 1}",
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused(line: str) -> None:
    with pytest.raises(UserError) as error:
        trained(line)
    assert error.value.code == "config.invalid"


def test_the_config_reaches_the_training(tmp_path: Path) -> None:
    from kowhisper_tel.commands.run_folder import Run
    from kowhisper_tel.commands.training import settings_of

    lines = {
        "severity": [[0, 0.3], [0.5, 1.0]], "voice_share": 0.2, "babble_share": 0.3, "babble_snr_db": [0, 15],
        "spec_augment": {"bands": 2, "band_bins": 5, "stretches": 3, "stretch_s": 0.2, "telephone_share": 0.4},
    }  # fmt: skip
    config = load_config(None, [f"train.{key}={json.dumps(value)}" for key, value in lines.items()])
    settings = settings_of(Run(config, tmp_path))
    assert settings.spec_augment == SpecAugment(2, 5, 3, 0.2, 0.4)
    assert settings.hearing.severity_at(0.25) == pytest.approx(0.65)
    assert (settings.hearing.voice_share, settings.hearing.babble_share) == (0.2, 0.3)
    assert settings.hearing.babble_snr_db == (0.0, 15.0)
    assert settings.hearing.epochs == settings.num_train_epochs
    control = settings.without_telephone()
    assert (control.babble_share, control.voice_share) == (0.0, 0.2)
    assert control.spec_augment == SpecAugment(2, 5, 3, 0.2, 0.0)


def test_by_default_nothing_of_it_is_on(tmp_path: Path) -> None:
    from kowhisper_tel.commands.run_folder import Run
    from kowhisper_tel.commands.training import settings_of

    settings, plain = settings_of(Run(load_config(), tmp_path)), TrainSettings()
    for name in ("severity", "voice_share", "babble_share", "babble_snr_db", "spec_augment"):
        assert getattr(settings, name) == getattr(plain, name)
    assert plain == plain.without_telephone()
    assert settings.spec_augment is None
    assert settings.hearing.severity_at(0.0) == 1.0
