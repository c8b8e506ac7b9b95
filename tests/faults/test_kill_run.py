"""kill −9 anywhere in a run, then go on: the same manifests, weights, hypotheses and tables."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.eval_suites import fake

ROOT = Path(__file__).parents[2]


def killed(what: Path, folder: Path, kills: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.faults.killing", str(what), str(folder), str(kills)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert sum(told["died"].values()) == kills
    assert told["passes"] >= 1
    return told


@pytest.mark.parametrize("kills", [4, pytest.param(80, marks=pytest.mark.slow)])
def test_preparing_hearing_and_reporting_are_as_never_killed(kills: int, tmp_path: Path) -> None:
    clips = fake.write_manifest(tmp_path)
    clips.write(tmp_path / "all.jsonl")
    told = killed(tmp_path / "all.jsonl", tmp_path, kills)
    assert told["heard"] % (2 * 3) == 0  # models, renderings
    assert told["files"] >= 7
    assert kills < 10 or min(told["died"].values()) > 0


@pytest.mark.slow
def test_a_run_with_its_training_is_as_never_killed(small: Path, tmp_path: Path) -> None:
    told = killed(small, tmp_path, 40)
    assert told["heard"] == 2 * 2 * 5  # models, suites, utterances
    assert told["died"].keys() == {"prepare", "train", "evaluate", "report", "any"}
