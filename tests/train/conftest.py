"""A Whisper of two small layers with the real tokenizer, and a corpus of noises with Korean labels."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

TEXTS = ("안녕하세요 고객님", "네 알겠습니다", "카드 번호를 말씀해 주시겠어요", "삼만 이천 원입니다", "감사합니다")


@pytest.fixture(scope="session")
def tiny(whisper_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model folder. It has dropout, so that a resume that forgets the random state is found out."""
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    folder = tmp_path_factory.mktemp("tiny")
    config = WhisperConfig.from_pretrained(
        whisper_base,
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        num_hidden_layers=2,
        dropout=0.1,
    )
    with torch.random.fork_rng():
        torch.manual_seed(11)
        WhisperForConditionalGeneration(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json"):
        shutil.copyfile(whisper_base / name, folder / name)
    generation = json.loads((whisper_base / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps(generation | {"alignment_heads": [[1, 0], [1, 1]]}))
    return folder


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """20 utterances of 0.5 to 3 s."""
    root = tmp_path_factory.mktemp("corpus")
    generator = np.random.default_rng(0)
    utterances = []
    for number in range(20):
        audio = generator.normal(0, 0.1, int(generator.uniform(0.5, 3.0) * RATE)).astype(np.float32)
        write_audio(root / f"{number}.flac", audio)
        utterances.append(Utterance(f"u{number}", f"{number}.flac", TEXTS[number % len(TEXTS)]))
    return Manifest(root, tuple(utterances))
