"""Sounds without speech: repeatable, of the length asked, none that evaluation plays, through the channel."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from augment import Mixture
from augment.speech_level import rms_dbfs
from eval_suites import sources
from eval_suites.held_out import HELD_OUT
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.data.windows import TICK_SAMPLES
from kowhisper_tel.train import no_speech
from kowhisper_tel.train.no_speech import NoSpeech, floor
from kowhisper_tel.train.train import CLEAN

SLOW = Mixture.from_json([{"share": 1, "channel": {"name": "slow", "effects": [{"effect": "speed", "factor": 1.25}]}}])
PHONE = Mixture.from_json(
    [
        {
            "share": 1,
            "channel": {"name": "phone", "effects": [{"effect": "band"}, {"effect": "codec", "codec": "g711-mu"}]},
        }
    ]
)


def test_a_sound_is_a_function_of_its_path() -> None:
    first, again = (NoSpeech(CLEAN, seed=1) for _ in range(2))
    heard = [first(60, number, 0) for number in range(12)]
    assert all(np.array_equal(sound, again(60, number, 0)) for number, sound in enumerate(heard))
    assert all(sound.shape == (60 * TICK_SAMPLES,) and sound.dtype == np.float32 for sound in heard)
    assert all(np.isfinite(sound).all() and np.abs(sound).max() <= 1.0 for sound in heard)
    different = {sound.tobytes() for sound in heard if sound.any()}
    assert len(different) >= 8


def test_every_kind_is_drawn_and_never_as_evaluation_plays_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def render(source: dict[str, Any], read: Any, seed: int) -> np.ndarray:
        asked.append(source)
        return np.zeros(round(source["duration_s"] * 16_000), np.float32)

    monkeypatch.setattr(sources, "render", render)
    nospeech = NoSpeech(CLEAN, seed=1)
    for number in range(400):
        nospeech(50, number, 0)
    counts = Counter(source["kind"] for source in asked)
    assert set(counts) == set(no_speech.KINDS) - {no_speech.NOISE}
    assert min(counts.values()) > 25
    assert all(source["train"][:2] == ["train", "nospeech"] for source in asked), "the seed path is training's own"
    assert HELD_OUT.noise not in no_speech.NOISES


@pytest.mark.parametrize("mixture", [SLOW, PHONE], ids=["stretched", "phone"])
def test_it_goes_through_the_channel_and_keeps_its_length(mixture: Mixture) -> None:
    through, plain = NoSpeech(mixture, seed=2), NoSpeech(CLEAN, seed=2)
    changed = 0
    for number in range(10):
        heard = through(100, number, 0)
        assert heard.shape == (100 * TICK_SAMPLES,)
        changed += not np.array_equal(heard, plain(100, number, 0))
    assert changed >= 6


def test_the_floor_is_silence_or_nearly() -> None:
    grounds = [floor(50, 1, number, 0) for number in range(40)]
    silent = sum(not ground.any() for ground in grounds)
    assert 8 < silent < 32
    assert all(-91 < rms_dbfs(ground) < -59 for ground in grounds if ground.any())
    assert np.array_equal(grounds[3], floor(50, 1, 3, 0))


def test_recordings_of_the_mixture_are_heard_alone_too(tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(3 * 16_000) / 16_000).astype(np.float32)
    write_audio(tmp_path / "street.wav", 0.1 * tone)
    effect = {"effect": "noise", "snr_db": 10, "source": ["pink", f"folder:{tmp_path}"]}
    nothing = {"share": 1e-9, "channel": {"name": "street", "effects": [effect]}}
    mixture = Mixture.from_json([{"share": 1, "channel": {"name": "clean", "effects": []}}, nothing])
    assert no_speech.noise_recordings(mixture) == (f"folder:{tmp_path}",)
    nospeech, heard = NoSpeech(mixture, seed=5), 0
    for number in range(60):
        spectrum = np.abs(np.fft.rfft(nospeech(100, number, 0)))
        heard += bool(spectrum.any()) and spectrum.argmax() == 2000 and spectrum[2000] ** 2 > 0.9 * (spectrum**2).sum()
    assert 1 <= heard <= 20
    assert no_speech.noise_recordings(PHONE) == ()
