"""Gradient checkpointing as the settings ask for it: through the arguments and the trainer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from transformers.models.whisper import modeling_whisper

from kowhisper_tel.core.manifest import Manifest
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
        lambda self, *args, **rest: passes.append(self) or forward(self, *args, **rest),
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
