"""The number format and the compiler are chosen by what the machine has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import set_seed

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import compiling, precision
from kowhisper_tel.train.model import load
from kowhisper_tel.train.random_state import own_random_state
from kowhisper_tel.train.settings import Lora, TrainSettings
from kowhisper_tel.train.train import CLEAN, train
from kowhisper_tel.train.trainer import arguments

Machine = Callable[..., None]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Called: this machine has a GPU, with bf16 or without; or none."""

    def seem(there: bool, *, bf16: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation=True: bf16 or including_emulation
        )

    return seem


def test_bf16_is_refused_where_it_would_crawl(gpu: Machine, tmp_path: Path) -> None:
    gpu(False)
    plain, fast = tmp_path / "plain", tmp_path / "fast"
    plain.write_text("flags\t: fpu avx2\n")
    fast.write_text("flags\t: fpu avx2 avx512_bf16 amx_bf16\n")
    assert [precision.choose("auto", file) for file in (plain, fast)] == ["fp32", "bf16"]
    assert precision.choose("bf16", fast) == "bf16"
    with pytest.raises(UserError, match="amx_bf16"):
        precision.choose("bf16", plain)


def test_a_gpu_without_bf16_trains_in_fp16(gpu: Machine, tmp_path: Path) -> None:
    gpu(True, bf16=True)
    assert [precision.choose(asked) for asked in ("auto", "bf16", "fp16", "fp32")] == ["bf16", "bf16", "fp16", "fp32"]
    gpu(True)
    assert [precision.choose(asked) for asked in ("auto", "fp16", "fp32")] == ["fp16", "fp16", "fp32"]
    with pytest.raises(UserError) as error:
        precision.choose("bf16")
    assert error.value.code == "train.precision"


def test_fp16_is_refused_without_a_gpu(gpu: Machine) -> None:
    gpu(False)
    with pytest.raises(UserError) as error:
        precision.choose("fp16")
    assert (error.value.code, error.value.exit_code) == ("train.precision_fp16", 7)


def test_the_trainer_is_told(tmp_path: Path) -> None:
    def told(chosen: Any) -> tuple[bool, bool]:
        made = arguments(TrainSettings(), tmp_path, seed=0, steps=1, precision=chosen)
        return made.bf16, made.fp16

    assert told("fp32") == (False, False)
    assert told("bf16") == (True, False)


def test_one_gpu_of_several_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert arguments(TrainSettings(), tmp_path, seed=0, steps=1, precision="fp32").n_gpu == 1


@pytest.mark.parametrize(("steps", "warmup"), [(1, 0), (2, 1), (11, 2)])
def test_a_training_of_one_step_does_not_spend_it_on_warming_up(tmp_path: Path, steps: int, warmup: int) -> None:
    made = arguments(TrainSettings(warmup_ratio=0.1), tmp_path, seed=0, steps=steps, precision="fp32")
    assert made.warmup_steps == warmup


def test_a_seed_may_be_a_date_with_its_time(tmp_path: Path) -> None:
    made = arguments(TrainSettings(), tmp_path, seed=202611231330, steps=1, precision="fp32")
    with own_random_state():
        set_seed(made.seed)  # as the trainer does


def test_bf16_on_a_processor_keeps_fp32_weights(
    tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Emulated, since this machine may have none: on a model so small that this takes no time."""
    monkeypatch.setattr(precision, "choose", lambda _: "bf16")
    kinds: set[tuple[torch.dtype, torch.dtype]] = set()
    linear = torch.nn.functional.linear
    settings = TrainSettings(num_train_epochs=1, batch_seconds=3.0, dev_utterances=0, dataloader_num_workers=0)

    def noted(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        answer = linear(x, weight, bias)
        kinds.add((weight.dtype, answer.dtype))
        return answer

    monkeypatch.setattr(torch.nn.functional, "linear", noted)
    few = Manifest(corpus.root, corpus.utterances[:3])
    result = train(tiny, few, None, CLEAN, tmp_path / "out", settings, seed=1)
    assert kinds == {(torch.float32, torch.bfloat16)}
    assert {tensor.dtype for tensor in load_file(result.model / "model.safetensors").values()} == {torch.float32}
    assert result.summary["precision"] == "bf16"


def test_only_a_gpu_compiles_unasked(gpu: Machine) -> None:
    gpu(False)
    assert [compiling.choose(asked) for asked in ("auto", True, False)] == [False, True, False]
    gpu(True)
    assert [compiling.choose(asked) for asked in ("auto", True, False)] == [True, True, False]


def test_layers_of_both_halves_are_compiled_once_each_kind(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self, **how: asked.append((type(self).__name__, how)))
    compiling.compile_layers(load(tiny, Lora(r=2)))
    assert asked == [("WhisperEncoderLayer", {"dynamic": True})] * 2 + [("WhisperDecoderLayer", {"dynamic": True})] * 2


@pytest.mark.slow
def test_compiled_layers_give_the_same_gradients_at_any_length(tiny: Path) -> None:
    def gradients(compiled: bool) -> list[torch.Tensor]:
        model = load(tiny).train()
        for module in model.modules():
            module.dropout = 0.0
        if compiled:
            compiling.compile_layers(model)
        for windows, frames in ((2, 100), (3, 60)):
            features = torch.randn(windows, 80, frames, generator=torch.Generator().manual_seed(frames))
            labels = torch.arange(8).repeat(windows, 1) + frames
            model(features, labels, labels).loss.backward()
        assert list(model.state_dict()) == list(load(tiny).state_dict())
        return [weight.grad for weight in model.parameters() if weight.grad is not None]

    torch.testing.assert_close(gradients(True), gradients(False), rtol=1e-4, atol=1e-6)
