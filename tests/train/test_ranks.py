"""Several processes train as one does: the same losses, and one of them writes."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from safetensors.torch import load_file

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import ranks

SHARING = Path(__file__).parent / "sharing.py"
_spec = importlib.util.spec_from_file_location("sharing", SHARING)
assert _spec is not None
assert _spec.loader is not None
sharing = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sharing)
WITHIN = 1e-4
"""Relative: sums of fp32 in another order."""


@pytest.fixture(scope="module")
def steady(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model without dropout, which draws for each process by itself."""
    folder = tmp_path_factory.mktemp("steady") / "model"
    shutil.copytree(tiny, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"dropout": 0.0}))
    return folder


TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")
ACCELERATE = ("accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--main_process_port", "0")


def launched(base: Path, corpus: Path, out: Path, *more: str, by: Sequence[str] = TORCHRUN) -> str:
    command = [sys.executable, "-m", *by, SHARING, base, corpus, out, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def curve(out: Path, name: str = "loss") -> list[float]:
    lines = (out / "curves.jsonl").read_text().splitlines()
    return [line[name] for line in map(json.loads, lines) if name in line]


@pytest.fixture(scope="module")
def shared_corpus(corpus: Manifest) -> Path:
    path = corpus.root / "shared.jsonl"
    corpus.write(path)
    return path


@pytest.fixture(scope="module")
def two(steady: Path, shared_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("ranks") / "two"
    launched(steady, shared_corpus, out)
    return out


def test_two_processes_have_the_losses_of_one(steady: Path, shared_corpus: Path, two: Path, tmp_path: Path) -> None:
    one = tmp_path / "one"
    sharing.main(steady, shared_corpus, one)
    assert len(curve(one)) > 6
    assert curve(two) == pytest.approx(curve(one), rel=WITHIN)
    files = [sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) for folder in (one, two)]
    assert files[0] == files[1]
    told = [json.loads((folder / "summary.json").read_text()) for folder in (one, two)]
    for name in ("steps", "utterances", "unrendered", "windows", "audio_s"):
        assert told[0][name] == told[1][name], name
    weights = [load_file(folder / "model" / "model.safetensors") for folder in (one, two)]
    for name, tensor in weights[0].items():
        assert (tensor - weights[1][name]).abs().max() < 5e-3, name


@pytest.mark.slow
def test_accelerate_launches_as_torchrun_does(steady: Path, shared_corpus: Path, two: Path, tmp_path: Path) -> None:
    launched(steady, shared_corpus, tmp_path / "out", by=ACCELERATE)
    assert curve(tmp_path / "out") == curve(two)


@pytest.mark.slow
def test_stopped_and_resumed_two_end_as_never_stopped(
    steady: Path, shared_corpus: Path, two: Path, tmp_path: Path
) -> None:
    stopped = launched(steady, shared_corpus, tmp_path / "stopped", "3")
    assert sorted(stopped.split()) == sorted(["rank", "0", "stopped", "rank", "1", "stopped"])
    launched(steady, shared_corpus, tmp_path / "stopped")
    for name in ("curves.jsonl", "model/model.safetensors"):
        assert (tmp_path / "stopped" / name).read_bytes() == (two / name).read_bytes(), name


def test_a_model_is_not_divided_by_accelerate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(UserError) as caught:
        ranks.join()
    assert caught.value.code == "train.sharded"


def test_ranks_share_the_windows_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = ["a", "b", "c"]
    assert ranks.share(windows) == ([(0, "a"), (1, "b"), (2, "c")], True)
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert ranks.share(windows) == ([(1, "b")], True)
    assert ranks.share(windows[:1]) == ([(0, "a")], False)
    with pytest.raises(UserError) as caught:
        ranks.refuse()
    assert caught.value.code == "run.ranks"


def test_a_scheduler_without_a_launcher_makes_no_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert (ranks.count(), ranks.rank(), ranks.first(lambda: 5)) == (1, 0, 5)
    assert (ranks.summed([1.5]), ranks.longest(3)) == ([1.5], 3)
    ranks.refuse()
