"""Out of memory: the same gradients in smaller parts, told, and remembered by checkpoints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.exhausted import is_out_of_memory
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import trainer
from kowhisper_tel.train.halving import Halving
from kowhisper_tel.train.model import WindowedWhisper, load
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.train import CLEAN, TrainResult, train

SETTINGS = TrainSettings(
    num_train_epochs=2, learning_rate=1e-3, batch_seconds=9.0, window_s=(2.0, 4.0), gradient_accumulation_steps=2,
    precision="fp32", save_steps=1, dev_utterances=0, dataloader_num_workers=0,
)  # fmt: skip
FULL = "[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate"


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."), True),
        (MemoryError(), True),
        (RuntimeError(FULL + " 99 bytes. Error code 12 (Cannot allocate memory)"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_full_memory_is_told_from_other_errors(error: Exception, full: bool) -> None:
    assert is_out_of_memory(error) is full


@pytest.mark.parametrize("windows", [1, 2, 3, 7])
@pytest.mark.parametrize("parts", [1, 2, 4])
def test_parts_are_the_windows_in_order_and_their_gradients_add_up(windows: int, parts: int, tiny: Path) -> None:
    generator = torch.Generator().manual_seed(windows)
    labels = torch.randint(0, 50000, (windows, 8), generator=generator)
    batch = {
        "input_features": torch.randn(windows, 80, 40, generator=generator),
        "decoder_input_ids": labels.clone(),
        "labels": labels.masked_fill(torch.rand(windows, 8, generator=generator) < 0.4, -100),
    }
    split = list(Halving(parts).split(batch))
    for name, tensor in batch.items():
        assert torch.equal(torch.cat([part[name] for part in split]), tensor)
    assert max(len(part["labels"]) for part in split) == -(-windows // parts)
    asked = (batch["labels"] != -100).sum()
    gradients = []
    for way in ([batch], split):
        model = load(tiny).eval()
        for part in way:
            model(**part, num_items_in_batch=asked).loss.backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]))
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-6)


Failing = Callable[[int, int], bool]


@contextmanager
def memory_for(fits: Failing, error: Exception, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which a forward pass fails unless ``fits(its number, its windows)``: after half of its work."""
    forward, calls = WindowedWhisper.forward, iter(range(1_000_000))

    def limited(self: Any, input_features: Any, decoder_input_ids: Any, labels: Any, *rest: Any, **others: Any) -> Any:
        answer = forward(self, input_features, decoder_input_ids, labels, *rest, **others)
        if not fits(next(calls), len(labels)):
            answer.loss.backward()  # gradients of an attempt that failed, which must not count
            raise error
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(WindowedWhisper, "forward", limited)
        yield


def run(tiny: Path, corpus: Manifest, out: Path, settings: TrainSettings = SETTINGS, **rest: Any) -> TrainResult:
    few = Manifest(corpus.root, corpus.utterances[:12])
    return train(tiny, few, None, CLEAN, out, settings, seed=1, **rest)


def test_a_batch_that_does_not_fit_is_computed_as_if_its_parts_had_been_asked_for(
    tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model has dropout: what is computed again must draw the same. The second batch of the first step fails."""
    with monkeypatch.context() as patch:
        patch.setattr(trainer, "Halving", lambda: Halving(2))
        asked = run(tiny, corpus, tmp_path / "asked")
    told: list[str] = []
    with memory_for(lambda call, windows: call != 1, torch.OutOfMemoryError("CUDA out of memory."), monkeypatch):
        failed = run(tiny, corpus, tmp_path / "failed", tell=told.append)
    assert told[1:] == [message("train.halved", {"step": 1, "parts": 2})], "after what it says of calls"
    assert asked.summary["steps"] > 1
    assert failed.summary["halved"] == {"times": 1, "from_step": 1, "parts": 2}
    assert failed.weights_sha256 == asked.weights_sha256
    curves = [(result.model.parent / "curves.jsonl").read_text() for result in (asked, failed)]
    assert curves[0] == curves[1]


def test_a_resumed_training_goes_on_in_the_same_parts(
    tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StoppedError(Exception):
        pass

    def stop(step: int, steps: int, note: str) -> None:
        if step == 2:
            raise StoppedError

    few = replace(SETTINGS, gradient_accumulation_steps=1)
    with memory_for(lambda call, windows: call != 0, MemoryError(), monkeypatch):
        whole = run(tiny, corpus, tmp_path / "whole", few)
    with (
        memory_for(lambda call, windows: call != 0, MemoryError(), monkeypatch),
        pytest.raises(StoppedError),
    ):
        run(tiny, corpus, tmp_path / "stopped", few, progress=stop)
    resumed = run(tiny, corpus, tmp_path / "stopped", few, resume=True)
    assert resumed.summary["resumed_from_step"] == 1
    assert resumed.summary["halved"] == whole.summary["halved"] == {"times": 1, "from_step": 1, "parts": 2}
    assert resumed.weights_sha256 == whole.weights_sha256


def test_one_window_that_does_not_fit_ends_with_what_to_do(
    tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        memory_for(lambda call, windows: False, RuntimeError(FULL), monkeypatch),
        pytest.raises(UserError) as error,
    ):
        run(tiny, corpus, tmp_path / "out")
    assert error.value.code == "train.out_of_memory_window"
    assert 0 < error.value.facts["window_s"] <= 30
    assert "gradient_checkpointing" in error.value.text("ko")
    assert not (tmp_path / "out" / "model").exists()


def test_memory_that_is_full_elsewhere_is_said_so(
    tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, closure: Any = None) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(torch.optim.AdamW, "step", full)
    with pytest.raises(UserError) as error:
        run(tiny, corpus, tmp_path / "out")
    assert error.value.code == "train.out_of_memory"


def test_it_survives_json(tmp_path: Path) -> None:
    halving = Halving()
    halving.halve(7)
    halving.halve(9)
    halving.save(tmp_path)
    again = Halving()
    again.load(tmp_path)
    assert again.to_json() == halving.to_json() == {"times": 2, "from_step": 7, "parts": 4}
    assert json.loads((tmp_path / "halved.json").read_text()) == halving.to_json()
    assert [again.can_halve(windows) for windows in (1, 4, 5)] == [False, False, True]
