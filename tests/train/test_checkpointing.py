"""Gradient checkpointing as the settings ask for it: through the arguments and the trainer."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import WhisperConfig, WhisperForConditionalGeneration
from transformers.models.whisper import modeling_whisper

from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.model import WindowedWhisper, load
from kowhisper_tel.train.parts import Parts
from kowhisper_tel.train.settings import Lora, TrainSettings
from kowhisper_tel.train.train import CLEAN, train

SETTINGS = TrainSettings(
    num_train_epochs=2,
    learning_rate=1e-3,
    warmup_ratio=0.0,
    batch_seconds=60.0,
    precision="fp32",
    dev_utterances=0,
    dataloader_num_workers=0,
)


@pytest.mark.parametrize("lora", [None, Lora(r=4)])
def test_checkpointed_steps_are_the_steps_without(
    lora: Lora | None, tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = []
    forward = modeling_whisper.WhisperAttention.forward
    monkeypatch.setattr(
        modeling_whisper.WhisperAttention,
        "forward",
        lambda self, *args, **rest: (self.training and passes.append(self)) or forward(self, *args, **rest),
    )

    def losses(checkpointing: bool) -> tuple[list[float], int]:
        passes.clear()
        out = tmp_path / str(checkpointing)
        settings = replace(SETTINGS, gradient_checkpointing=checkpointing, lora=lora)
        train(tiny, corpus, None, CLEAN, out, settings, seed=1)
        lines = [json.loads(line) for line in (out / "curves.jsonl").read_text().splitlines()]
        return [line["loss"] for line in lines], len(passes)

    kept, computed_again = losses(False), losses(True)
    assert len(kept[0]) == 2, "the second loss is of what the first gradients made"
    assert computed_again[0] == pytest.approx(kept[0], rel=1e-4)
    assert computed_again[1] == 2 * kept[1], "each layer is passed again on the way back"


@pytest.mark.parametrize(
    ("lora", "parts"),
    [(None, Parts()), (None, Parts("encoder", 1)), (None, Parts("decoder")), (Lora(r=2, lora_dropout=0.2), Parts())],
)
def test_every_gradient_is_the_same_to_the_last_bit(lora: Lora | None, parts: Parts, tiny: Path) -> None:
    """In fp32 on a processor, with dropout."""
    features = torch.randn(2, 80, 100, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(24).reshape(2, 12) + 300
    found = []
    for checkpointed in (False, True):
        model = load(tiny, lora, parts=parts).train()
        if checkpointed:
            model.gradient_checkpointing_enable({"use_reentrant": False})
        torch.manual_seed(5)
        model(features, labels, labels).loss.backward()
        found.append({name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None})
    assert found[0].keys() == found[1].keys()
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


def _mib(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(field))


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read, and set back, through /proc")
def test_it_lowers_the_peak() -> None:
    """Of both halves: 12 layers of each, so that one layer whole and the inputs of all are a small share."""
    sizes = {f"{side}_{what}": n for side in ("encoder", "decoder") for what, n in (("layers", 12), ("ffn_dim", 256))}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
    ids = {f"{name}_token_id": 1 for name in ("pad", "bos", "eos", "decoder_start")}
    config = WhisperConfig(d_model=64, vocab_size=1000, **sizes, **heads, **ids)
    model = WhisperForConditionalGeneration(config).train()
    model.__class__ = WindowedWhisper
    features, labels = torch.randn(4, 80, 1000), torch.randint(0, 900, (4, 400))
    model(features[:1, :, :20], labels[:1, :4], labels[:1, :4]).loss.backward()  # what is loaded on first use
    before = _mib("VmRSS")
    peaks = []
    for checkpointed in (True, False):
        (model.gradient_checkpointing_enable if checkpointed else model.gradient_checkpointing_disable)()
        model.zero_grad()
        Path("/proc/self/clear_refs").write_text("5")
        model(features, labels, labels).loss.backward()
        peaks.append(_mib("VmHWM") - before)
    assert peaks[0] < 0.6 * peaks[1], peaks
