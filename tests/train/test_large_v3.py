"""large-v3's shape: 128 mel bins, one language more, so that each token after the languages has another number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.labels import SpecialTokens
from kowhisper_tel.train.settings import Lora, TrainSettings
from kowhisper_tel.train.train import CLEAN, train
from kowhisper_tel.whisper.model import load_tokenizer
from kowhisper_tel.whisper.vocabulary import Vocabulary

YUE = 50358
"""``<|yue|>`` in large-v3's tokenizer; what stood there and after stands one later (its ``tokenizer.json``)."""


@pytest.fixture(scope="module")
def large_v3(whisper_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model with large-v3's vocabulary and features; turbo has the same, and fewer decoder layers."""
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration

    folder = tmp_path_factory.mktemp("large-v3")
    config = WhisperConfig(
        vocab_size=51866, num_mel_bins=128, d_model=16, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        decoder_start_token_id=50258, eos_token_id=50257, pad_token_id=50257, is_multilingual=True,
        lang_to_id={"<|en|>": 50259, "<|ko|>": 50264, "<|yue|>": YUE},
        task_to_id={"transcribe": 50360, "translate": 50359},
    )  # fmt: skip
    model.save_pretrained(folder)
    tokenizer = json.loads((whisper_base / "tokenizer.json").read_text(encoding="utf-8"))
    added = tokenizer["added_tokens"]
    for token in added:
        token["id"] += token["id"] >= YUE
    place = next(i for i, token in enumerate(added) if token["id"] > YUE)
    added.insert(place, added[place - 1] | {"id": YUE, "content": "<|yue|>"})
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    settings = json.loads((whisper_base / "tokenizer_config.json").read_text(encoding="utf-8"))
    names = settings["extra_special_tokens"]
    names.insert(names.index("<|su|>") + 1, "<|yue|>")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def test_tokens_are_looked_up_by_name(large_v3: Path, whisper_base: Path) -> None:
    base, large = (SpecialTokens.of(load_tokenizer(folder)) for folder in (whisper_base, large_v3))
    assert (base.task, base.no_timestamps, base.first_timestamp) == (50359, 50363, 50364)
    assert (large.task, large.no_timestamps, large.first_timestamp) == (50360, 50364, 50365)
    assert (large.start, large.language, large.end) == (base.start, base.language, base.end)
    vocabulary = Vocabulary.read(large_v3)
    assert vocabulary.timestamp_begin == large.first_timestamp
    assert vocabulary.prompt("ko", "transcribe", timestamps=False) == [
        large.start, large.language, large.task, large.no_timestamps,
    ]  # fmt: skip


@pytest.mark.parametrize("lora", [None, Lora(r=2, lora_alpha=4)])
def test_it_trains_and_decodes(lora: Lora | None, large_v3: Path, corpus: Manifest, tmp_path: Path) -> None:
    settings = TrainSettings(
        num_train_epochs=2, learning_rate=1e-2, batch_seconds=5.0, window_s=(2.0, 5.0), precision="fp32",
        dev_utterances=2, dev_suites=("clean",), forgetting="off", dataloader_num_workers=0, lora=lora, eval_steps=100,
        metric_for_best_model="last", full_share=0.0, nospeech_share=0.0,
    )  # fmt: skip
    few = Manifest(corpus.root, corpus.utterances[:4])
    result = train(large_v3, few, few, CLEAN, tmp_path / "out", settings, seed=1)
    assert result.summary["steps"] >= 2
    before, after = load_file(large_v3 / "model.safetensors"), load_file(result.model / "model.safetensors")
    assert {name: tensor.shape for name, tensor in before.items()} == {n: t.shape for n, t in after.items()}
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert any("encoder.layers" in name for name in changed)
    assert ("model.encoder.conv1.weight" in changed) is (lora is None)
    curves = [json.loads(line) for line in (tmp_path / "out" / "curves.jsonl").read_text().splitlines()]
    assert curves[-1]["loss"] < curves[1]["loss"]
    assert curves[-1]["dev_utterances"] == 2
