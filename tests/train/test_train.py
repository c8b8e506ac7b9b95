"""Training from end to end on a model of two small layers: exactness, adapters, refusals."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from augment import Mixture
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import sha256
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import checkpoints, checks
from kowhisper_tel.train.settings import Lora, TrainSettings
from kowhisper_tel.train.train import CLEAN, TrainResult, train

DYING = Path(__file__).parent / "dying.py"
_spec = importlib.util.spec_from_file_location("dying", DYING)
assert _spec is not None
assert _spec.loader is not None
_dying = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_dying)
SETTINGS: TrainSettings = _dying.SETTINGS

Run = Callable[..., TrainResult]


@pytest.fixture(scope="module")
def run(tiny: Path, corpus: Manifest) -> Run:
    def run(out: Path, settings: TrainSettings = SETTINGS, mixture: Mixture = CLEAN, **rest: object) -> TrainResult:
        return train(tiny, corpus, corpus, mixture, out, settings, seed=1, **rest)

    return run


@pytest.fixture(scope="module")
def unbroken(run: Run, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return run(tmp_path_factory.mktemp("unbroken"))


def curves(result: TrainResult) -> list[dict[str, float]]:
    return [json.loads(line) for line in (result.model.parent / "curves.jsonl").read_text().splitlines()]


def test_it_writes_what_it_says(unbroken: TrainResult, tiny: Path) -> None:
    out = unbroken.model.parent
    assert sorted(path.name for path in out.iterdir()) == [
        "complete.json",
        "curves.jsonl",
        "inputs.json",
        "model",
        "summary.json",
        "suspicious.jsonl",  # some of these noises are shorter than anybody says their labels in
    ]
    summary = unbroken.summary
    assert sha256(unbroken.model / "model.safetensors") == unbroken.weights_sha256 == summary["weights_sha256"]
    lines = curves(unbroken)
    assert [line["step"] for line in lines] == list(range(summary["steps"] + 1))
    assert summary["utterances"] == 40
    assert summary["windows"]["windows"] >= summary["steps"]
    assert summary["windows"]["previous"] == 0, "the corpus knows of no calls"
    assert summary["windows"]["computed_s"] > summary["audio_s"]
    assert lines[-1]["audio_s"] == pytest.approx(summary["audio_s"], abs=0.01)
    assert lines[-1]["epoch"] == 2
    assert [line["step"] for line in lines if "dev_cer" in line] == [0, summary["steps"] // 2, summary["steps"]]
    assert lines[-1]["loss"] < lines[1]["loss"]
    assert json.loads((unbroken.model / "config.json").read_text())["architectures"] == [
        "WhisperForConditionalGeneration"
    ]
    assert (unbroken.model / "tokenizer.json").read_bytes() == (tiny / "tokenizer.json").read_bytes()


def test_kill_9_anywhere_then_resume_gives_the_same_weights(
    tiny: Path, corpus: Manifest, run: Run, unbroken: TrainResult, tmp_path: Path
) -> None:
    steps = unbroken.summary["steps"]
    assert steps > 8, "the places below must lie in different checkpoints"
    manifest = corpus.root / "corpus.jsonl"
    corpus.write(manifest)
    out = tmp_path / "killed"
    resumed_from = []
    for place in ("1", "5", "before_the_seal", "before_the_model_is_whole"):
        command = [sys.executable, str(DYING), str(tiny), str(manifest), str(out), place]
        died = subprocess.run(command, check=False, capture_output=True, text=True)
        assert died.returncode == -signal.SIGKILL, died.stderr
        assert not (out / "model").exists()
        newest = newest_whole(out / "checkpoints")
        resumed_from.append(checkpoints.steps(newest) if newest else 0)
    assert resumed_from[:3] == [0, 3, 3]
    result = run(out, resume=True)
    assert result.summary["resumed_from_step"] == resumed_from[3] > 3
    assert result.weights_sha256 == unbroken.weights_sha256
    assert curves(result) == curves(unbroken)


def test_ctrl_c_keeps_the_step_and_goes_on_from_it(run: Run, unbroken: TrainResult, tmp_path: Path) -> None:
    def press(step: int, steps: int, note: str) -> None:
        if step == 4:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, progress=press)
    assert signal.getsignal(signal.SIGINT) is before
    newest = newest_whole(tmp_path / "checkpoints")
    assert newest is not None
    assert checkpoints.steps(newest) == 5
    result = run(tmp_path, resume=True)
    assert result.summary["resumed_from_step"] == 5
    assert result.weights_sha256 == unbroken.weights_sha256


def test_workers_do_not_change_the_weights(run: Run, unbroken: TrainResult, tmp_path: Path) -> None:
    result = run(tmp_path, replace(SETTINGS, dataloader_num_workers=1, save_steps=100, dev_utterances=0))
    assert result.weights_sha256 == unbroken.weights_sha256


def test_features_made_where_the_model_is_give_the_same_weights(
    run: Run, unbroken: TrainResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kowhisper_tel.train import features

    monkeypatch.setattr(features, "on_device", lambda: True)
    assert run(tmp_path, replace(SETTINGS, save_steps=100)).weights_sha256 == unbroken.weights_sha256


def test_what_is_finished_is_not_done_again_nor_mixed_with_another(run: Run, unbroken: TrainResult) -> None:
    out = unbroken.model.parent
    again = run(out, resume=True, progress=lambda *_: pytest.fail("trained again"))
    assert again == unbroken
    with pytest.raises(UserError) as error:
        run(out)
    assert error.value.code == "train.exists"
    with pytest.raises(UserError, match="settings"):
        run(out, replace(SETTINGS, learning_rate=0.5), resume=True)


def test_accumulated_small_batches_weigh_tokens_as_one_large_batch_does(tiny: Path, corpus: Manifest) -> None:
    from kowhisper_tel.train.model import load

    model = load(tiny).eval()
    features = torch.randn(4, 80, 200, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(0, 50000, (4, 12), generator=torch.Generator().manual_seed(1))
    given = labels.clone()
    labels[:, :3] = -100
    labels[0, 5:] = -100
    whole = model(features, given, labels).loss
    asked = (labels != -100).sum()
    parts = sum(model(features[i : i + 1], given[i : i + 1], labels[i : i + 1], asked).loss for i in range(4))
    assert torch.allclose(whole, parts, rtol=1e-5)


def test_the_loss_is_that_of_transformers_on_30_s(tiny: Path) -> None:
    from kowhisper_tel.train.model import load
    from kowhisper_tel.whisper.model import load_model

    features = torch.randn(2, 80, 3000, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(0, 50000, (2, 10), generator=torch.Generator().manual_seed(1))
    given = torch.randint(0, 50000, (2, 10), generator=torch.Generator().manual_seed(2))
    labels[:, :3] = -100
    ours = load(tiny).eval()(features, given, labels).loss
    theirs = load_model(tiny)(input_features=features, decoder_input_ids=given, labels=labels).loss
    assert torch.allclose(ours, theirs, rtol=1e-4)


def test_adapters_are_merged_and_resumed(tiny: Path, run: Run, tmp_path: Path) -> None:
    from kowhisper_tel.train.model import load
    from kowhisper_tel.whisper.model import load_model

    settings = replace(SETTINGS, lora=Lora(r=4, lora_alpha=8, lora_dropout=0.1), dev_utterances=0, num_train_epochs=1)
    result = run(tmp_path / "whole", settings)
    tuned, base = load_model(result.model).state_dict(), load_model(tiny).state_dict()
    changed = {name for name in base if not torch.equal(base[name], tuned[name])}
    assert changed
    assert all(any(part in name for part in settings.lora.target_modules) for name in changed)

    def press(step: int, steps: int, note: str) -> None:
        if step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "killed", settings, progress=press)
    assert run(tmp_path / "killed", settings, resume=True).weights_sha256 == result.weights_sha256
    model = load(tiny, settings.lora).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.05, generator=torch.Generator().manual_seed(3))
    features = torch.randn(1, 80, 100, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(20, 30)[None]
    apart = model(features, labels, labels).loss
    merged = model.merge_and_unload()(features, labels, labels).loss
    assert torch.allclose(apart, merged, rtol=1e-5)
    assert not torch.allclose(apart, load(tiny).eval()(features, labels, labels).loss, rtol=1e-3)


def test_two_threads_give_the_same_gradients_each_time(tiny: Path) -> None:
    from kowhisper_tel.train.model import load

    model = load(tiny).eval()
    features = torch.randn(64, 80, 20, generator=torch.Generator().manual_seed(0))
    given = torch.randint(0, 50000, (64, 100), generator=torch.Generator().manual_seed(1))
    labels = given.clone()
    labels[:, :-2] = -100
    torch.set_num_threads(2)
    try:
        seen = set()
        for _ in range(4):
            model.zero_grad()
            model(features, given, labels).loss.backward()
            gradients = [p.grad.numpy().tobytes() for p in model.parameters() if p.grad is not None]
            seen.add(hashlib.sha256(b"".join(gradients)).hexdigest())
    finally:
        torch.set_num_threads(1)
    assert len(seen) == 1


def newest_whole(folder: Path) -> Path | None:
    whole = [found for found in folder.glob("checkpoint-*") if checkpoints.is_whole(found)]
    return max(whole, key=checkpoints.steps, default=None)


def test_a_damaged_checkpoint_is_not_resumed_from(tmp_path: Path) -> None:
    for step in (3, 6, 9):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "weights").write_bytes(bytes([step]) * 100)
        if step < 9:
            checkpoints.seal(folder)
    assert newest_whole(tmp_path) == tmp_path / "checkpoint-6"
    (tmp_path / "checkpoint-6" / "weights").write_bytes(b"cut off")
    assert newest_whole(tmp_path) == tmp_path / "checkpoint-3"
    checkpoints.prune(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-6"]


def test_refusals_come_before_the_first_step(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    def attempt(manifest: Manifest, **changes: object) -> str:
        with pytest.raises(UserError) as error:
            train(tiny, manifest, None, CLEAN, tmp_path / "out", replace(SETTINGS, **changes), seed=1, resume=True)
        assert str(error.value)
        return error.value.code

    assert attempt(Manifest(corpus.root, ())) == "train.no_utterances"
    silent = replace(corpus.utterances[0], text="  ")
    assert attempt(Manifest(corpus.root, (silent,))) == "train.empty_label"
    assert attempt(corpus, language="tlh") == "train.tokenizer"
    assert attempt(Manifest(corpus.root, (replace(corpus.utterances[0], end_s=40.0),))) == "window.too_long"
    assert not (tmp_path / "out").exists()


def test_a_model_that_somebody_deleted_is_made_again(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    def go() -> TrainResult:
        few, settings = Manifest(corpus.root, corpus.utterances[:2]), replace(SETTINGS, dev_utterances=0)
        return train(tiny, few, None, CLEAN, tmp_path, settings, seed=1, resume=True)

    before = go()
    shutil.rmtree(before.model)
    assert go().weights_sha256 == sha256(before.model / "model.safetensors") == before.weights_sha256


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_in_a_worker_comes_out_as_it_is(
    workers: int, tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lost.flac"
    shutil.copyfile(corpus.audio_path(corpus.utterances[0]), file)
    manifest = Manifest(tmp_path, (replace(corpus.utterances[0], audio=file.name, end_s=0.5),))
    # It is lost after all that is looked at before the first step.
    monkeypatch.setattr(checks, "check_tokens", lambda *_: file.unlink())
    settings = replace(SETTINGS, dataloader_num_workers=workers)
    with pytest.raises(UserError) as error:
        train(tiny, manifest, None, CLEAN, tmp_path / "out", settings, seed=1)
    assert (error.value.code, error.value.exit_code) == ("audio.missing", 2)
    assert error.value.text("en").startswith(f"audio {file}: no such file")


def test_a_worker_that_is_killed_is_told(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    """By the system, where memory is full."""

    def kill(step: int, steps: int, note: str) -> None:
        for worker in multiprocessing.active_children():
            os.kill(worker.pid or 0, signal.SIGKILL)

    with pytest.raises(UserError) as error:
        train(tiny, corpus, None, CLEAN, tmp_path, replace(SETTINGS, dataloader_num_workers=1), seed=1, progress=kill)
    assert (error.value.code, error.value.exit_code) == ("train.worker_died", 7)
