"""Clips, and the embedded model in CTranslate2 form."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

Audio = NDArray[np.float32]


@pytest.fixture(scope="session")
def clip() -> Callable[[int, float], Audio]:
    """Something like a voice: gliding harmonics under moving formants, with pauses. Seed and seconds."""

    def make(seed: int, duration_s: float) -> Audio:
        generator = np.random.default_rng(seed)
        time = np.arange(round(duration_s * 16_000)) / 16_000
        pitch = 120 + 60 * generator.random() + 25 * np.sin(2 * np.pi * (1 + generator.random()) * time)
        phase = 2 * np.pi * np.cumsum(pitch) / 16_000
        voice = np.zeros_like(time)
        for harmonic in range(1, 25):
            formant = 700 + 500 * np.sin(2 * np.pi * 2.3 * time + harmonic + seed)
            voice += np.exp(-(((pitch * harmonic - formant) / 350) ** 2)) * np.sin(harmonic * phase)
        gate = (np.sin(2 * np.pi * 3.1 * time + seed) > -0.5).astype(float)
        noise = 0.003 * generator.standard_normal(len(time))
        return (0.2 * voice * gate + noise).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def whisper_base_ct2(whisper_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded model in CTranslate2 form, float32."""
    from kowhisper_tel.whisper.ct2 import convert

    return convert(whisper_base, tmp_path_factory.mktemp("ct2") / "float32", "float32")


@pytest.fixture
def small(tmp_path: Path, whisper_base: Path) -> Path:
    """A folder of a tiny random Whisper with the real tokenizer."""
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    sizes = {f"{side}_{what}": 2 for side in ("encoder", "decoder") for what in ("layers", "attention_heads")}
    ffn = {"encoder_ffn_dim": 16, "decoder_ffn_dim": 16}
    folder = tmp_path / "small"
    WhisperForConditionalGeneration(WhisperConfig(d_model=8, **sizes, **ffn)).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(whisper_base / name, folder / name)
    return folder
