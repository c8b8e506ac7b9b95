"""What is resumed from: the newest checkpoint that is whole, unchanged and of this training; never in silence."""

from __future__ import annotations

import json
import random
import resource
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import sha256
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import checkpoints, disk, follow
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.train import CLEAN, TrainResult, train

SETTINGS = TrainSettings(
    num_train_epochs=1,
    learning_rate=1e-3,
    batch_seconds=6.0,
    window_s=(2.0, 6.0),
    precision="fp32",
    save_steps=2,
    dev_utterances=0,
    dataloader_num_workers=0,
)
DIES_AT = 5


class DiedError(Exception):
    """Raised by the progress: as good as a kill, since nothing is written on the way out."""


def die(step: int, steps: int, note: str) -> None:
    if step == DIES_AT:
        raise DiedError


Go = Callable[..., TrainResult]


@pytest.fixture(scope="module")
def go(tiny: Path, corpus: Manifest) -> Go:
    def go(out: Path, settings: TrainSettings = SETTINGS, seed: int = 1, **rest: object) -> TrainResult:
        return train(tiny, corpus, None, CLEAN, out, settings, seed=seed, resume=True, **rest)

    return go


@pytest.fixture(scope="module")
def broken_off(go: Go, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("broken_off")
    with pytest.raises(DiedError):
        go(out, progress=die)
    assert sorted(path.name for path in (out / "checkpoints").iterdir()) == ["checkpoint-2", "checkpoint-4"]
    return out


@pytest.fixture(scope="module")
def whole(go: Go, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return go(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def out(broken_off: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(broken_off, tmp_path / "out"))


def inputs_of(checkpoint: Path) -> str:
    return str(json.loads((checkpoint / checkpoints.SEAL).read_text())["inputs"])


def flip(file: Path, seed: int = 0) -> None:
    data = bytearray(file.read_bytes())
    data[random.Random(seed).randrange(len(data))] ^= 1 << seed % 8
    file.write_bytes(data)


def test_a_bit_in_any_file_is_found_and_the_one_before_is_taken(broken_off: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    names = sorted(file.name for file in (broken_off / "checkpoints" / "checkpoint-4").iterdir())
    assert {"seal.json", "model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth"} < set(names)
    for seed, name in enumerate(names):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(broken_off / "checkpoints", folder)
        flip(folder / "checkpoint-4" / name, seed)
        chosen, flawed = checkpoints.choose(folder, inputs_of(folder / "checkpoint-2"))
        assert chosen == folder / "checkpoint-2"
        assert [(one.checkpoint, one.reason, one.file) for one in flawed] == [("checkpoint-4", "damaged", name)]
        assert name in str(flawed[0])
        assert not (folder / "checkpoint-4").exists()
        assert [one["file"] for one in checkpoints.passed_over(folder)] == [name]


def half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


DAMAGE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "half a seal": (lambda new: half(new / "seal.json"), "damaged", "seal.json"),
    "an empty seal": (lambda new: (new / "seal.json").write_text("{}"), "damaged", "seal.json"),
    "a seal that is a list": (lambda new: (new / "seal.json").write_text("[1]"), "damaged", "seal.json"),
    "no seal": (lambda new: (new / "seal.json").unlink(), "unfinished", "seal.json"),
    "half a file": (lambda new: half(new / "optimizer.pt"), "damaged", "optimizer.pt"),
    "a file lost": (lambda new: (new / "scheduler.pt").unlink(), "damaged", "scheduler.pt"),
    "a file too many": (lambda new: (new / "scaler.pt").write_bytes(b"x"), "damaged", "scaler.pt"),
    "another's number": (lambda new: new.rename(new.with_name("checkpoint-9")), "damaged", "seal.json"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_whatever_is_damaged_is_passed_over(kind: str, out: Path) -> None:
    damage, reason, file = DAMAGE[kind]
    damage(out / "checkpoints" / "checkpoint-4")
    (out / "checkpoints" / "checkpoint-notes").mkdir()
    chosen, flawed = checkpoints.choose(out / "checkpoints", inputs_of(out / "checkpoints" / "checkpoint-2"))
    assert chosen == out / "checkpoints" / "checkpoint-2"
    assert [(one.reason, one.file) for one in flawed] == [(reason, file)]


@pytest.mark.parametrize(("damaged", "resumed_from"), [((4,), 2), ((2, 4), 0)])
def test_the_training_goes_on_from_the_one_before_or_anew_and_says_so(
    damaged: tuple[int, ...], resumed_from: int, go: Go, out: Path, whole: TrainResult
) -> None:
    for step in damaged:
        flip(out / "checkpoints" / f"checkpoint-{step}" / "optimizer.pt", step)
    told: list[str] = []
    result = go(out, tell=told.append)
    assert result.weights_sha256 == whole.weights_sha256
    assert not any("OMP_NUM_THREADS" in line for line in told)
    assert (out / "curves.jsonl").read_bytes() == (whole.model.parent / "curves.jsonl").read_bytes()
    assert result.summary["resumed_from_step"] == resumed_from
    names = [f"checkpoint-{step}" for step in sorted(damaged, reverse=True)]
    assert [one["checkpoint"] for one in result.summary["passed_over"]] == names
    assert all(any(name in line and "optimizer.pt" in line for line in told) for name in names)


def test_another_trainings_checkpoint_is_refused(go: Go, out: Path, tmp_path: Path) -> None:
    with pytest.raises(DiedError):
        go(tmp_path / "other", replace(SETTINGS, learning_rate=5e-4), progress=die)
    stranger = tmp_path / "other" / "checkpoints" / "checkpoint-4"
    shutil.rmtree(out / "checkpoints" / "checkpoint-4")
    shutil.copytree(stranger, out / "checkpoints" / "checkpoint-4")
    before = sha256(out / "checkpoints" / "checkpoint-2" / "optimizer.pt")
    with pytest.raises(UserError, match="checkpoint-4") as error:
        go(out)
    assert error.value.code == "train.checkpoint_foreign"
    assert sha256(out / "checkpoints" / "checkpoint-2" / "optimizer.pt") == before


class Evil:
    """A pickle that writes a file when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> object:
        return Path.touch, (self.marker,)


@pytest.mark.parametrize("name", ["optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin"])
def test_a_pickle_that_does_things_is_not_run(name: str, go: Go, out: Path, whole: TrainResult, tmp_path: Path) -> None:
    """Even with a seal that fits: weights and states are loaded, and nothing else."""
    newest, marker = out / "checkpoints" / "checkpoint-4", tmp_path / "ran"
    torch.save({"state": Evil(marker)}, newest / name)
    inputs = inputs_of(newest)
    (newest / checkpoints.SEAL).unlink()
    checkpoints.seal(newest, inputs)
    if name == "training_args.bin":  # which nobody reads
        assert go(out).weights_sha256 == whole.weights_sha256
    else:
        with pytest.raises(UserError) as caught:
            go(out)
        assert caught.value.code == "train.checkpoint_unsafe"
    assert not marker.exists()


@pytest.mark.parametrize("most_bytes", [1_000_000, 9_000_000])
def test_a_disk_that_is_full_is_told_and_the_checkpoint_before_stays(
    most_bytes: int, go: Go, whole: TrainResult, tmp_path: Path
) -> None:
    """The weights do not find room, or the optimiser's state does not (a limit on files is as a full disk)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(step: int, steps: int, note: str) -> None:
        if step == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))

    try:
        with pytest.raises(UserError, match="could not be written") as error:
            go(tmp_path, progress=fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (error.value.code, error.value.exit_code) == ("train.disk_full", 7)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["checkpoint-2"]
    assert checkpoints.is_whole(tmp_path / "checkpoints" / "checkpoint-2")
    result = go(tmp_path)
    assert (result.summary["resumed_from_step"], result.weights_sha256) == (2, whole.weights_sha256)


def test_room_is_looked_for_before_the_first_step(go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 10**7))
    with pytest.raises(UserError, match="save_total_limit") as error:
        go(tmp_path / "out")
    assert error.value.code == "train.no_room"
    assert not (tmp_path / "out").exists()


def test_the_curve_is_on_the_disk_before_a_checkpoint_is_sealed(
    go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut what was measured before a checkpoint must not be missing."""
    done: list[str] = []
    seal = checkpoints.seal
    monkeypatch.setattr(follow, "to_disk", lambda file: done.append(f"{file.name} {len(file.read_text().split('}'))}"))
    monkeypatch.setattr(checkpoints, "seal", lambda folder, inputs: [done.append("seal"), seal(folder, inputs)])
    with pytest.raises(DiedError):
        go(tmp_path / "out", progress=die)
    assert done == ["curves.jsonl 3", "seal", "curves.jsonl 5", "seal"]


def test_a_resume_may_save_at_other_steps(go: Go, out: Path, whole: TrainResult) -> None:
    kept: list[str] = []

    def look(step: int, steps: int, note: str) -> None:
        kept.extend(path.name for path in (out / "checkpoints").glob("checkpoint-*"))

    assert go(out, replace(SETTINGS, save_steps=100), progress=look).weights_sha256 == whole.weights_sha256
    assert set(kept) == {"checkpoint-2", "checkpoint-4"}


def test_other_threads_than_before_are_told(go: Go, out: Path) -> None:
    told: list[str] = []

    def stop(*_: object) -> None:
        raise DiedError

    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        with pytest.raises(DiedError):
            go(out, tell=told.append, progress=stop)
    finally:
        torch.set_num_threads(before)
    assert f"OMP_NUM_THREADS={before}" in "".join(told)
