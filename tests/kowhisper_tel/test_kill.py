"""kill −9 during training and during evaluation, then --resume: the same weights and the same results."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kowhisper_tel.core.files import sha256

ROOT = Path(__file__).parents[2]
TOO_LONG_S = 900.0
SAME = (
    "models/clean/model/model.safetensors",
    "models/phone/model/model.safetensors",
    "results/hypotheses.jsonl",
    "report/headline.csv",
    "report/utterances.csv",
    "report/speakers.csv",
)

EVALUATED = ("results/hypotheses.jsonl", "report/headline.csv", "report/utterances.csv", "report/report.html")
KILLS = 50


def start(runs: Path, *more: str) -> subprocess.Popen[bytes]:
    settings = (f"runs={runs}", "train.save_steps=1", "data.corpora.0.limit=60", "train.batch_seconds=30")
    overrides = [word for setting in settings for word in ("--set", setting)]
    command = [sys.executable, "-m", "kowhisper_tel.run", "--config", str(ROOT / "configs" / "smoke.yaml"), *overrides]
    return subprocess.Popen([*command, *more], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)


def kill_when(process: subprocess.Popen[bytes], reached: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not reached():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() - begun < TOO_LONG_S
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.is_file() else 0


@pytest.mark.slow
def test_killed_and_resumed_is_as_never_killed(tmp_path: Path, whisper_base: Path) -> None:
    whole, killed = tmp_path / "whole" / "smoke", tmp_path / "killed" / "smoke"
    assert start(whole.parent).wait(TOO_LONG_S) == 0

    tuning, results = killed / "models" / "phone", killed / "results" / "hypotheses.jsonl"
    kill_when(start(killed.parent), lambda: any((tuning / "checkpoints").glob("checkpoint-2*")))
    assert not (tuning / "model").exists()
    kill_when(start(killed.parent, "--resume"), lambda: lines(results) > 8)
    half = lines(results)
    kill_when(start(killed.parent, "--resume"), lambda: lines(results) > half + 8)
    assert start(killed.parent, "--resume").wait(TOO_LONG_S) == 0

    assert {name: sha256(killed / name) for name in SAME} == {name: sha256(whole / name) for name in SAME}


@pytest.mark.slow
def test_evaluation_killed_fifty_times(tmp_path: Path, whisper_base: Path) -> None:
    """At random moments, from the first second to the last: what comes out is what one run in one go gives."""
    draw, run = random.Random(50), tmp_path / "smoke"
    uncosted = ("--set", "evaluate.cost=false")  # a cost is measured anew each time
    assert start(tmp_path, *uncosted).wait(TOO_LONG_S) == 0
    wanted = {name: sha256(run / name) for name in EVALUATED}
    kills, longest_s = 0, TOO_LONG_S
    while kills < KILLS:
        for stage in ("results", "report"):
            shutil.rmtree(run / stage)
        begun = time.monotonic()
        while True:
            process = start(tmp_path, *uncosted, "--resume")
            try:
                process.wait(draw.uniform(0, longest_s))
                break
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
        longest_s = min(longest_s, time.monotonic() - begun)  # of the first, which nobody disturbs
        assert process.returncode == 0
        assert {name: sha256(run / name) for name in EVALUATED} == wanted
