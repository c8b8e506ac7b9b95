"""kill −9 anywhere in a run, then go on: the same manifests, weights, hypotheses and tables."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kills", [2, pytest.param(112, marks=pytest.mark.slow)])
def test_killed_so_often_it_is_as_never_killed(kills: int, small: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.killing", str(small), str(tmp_path), str(kills)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert sum(told["died"].values()) == kills
    assert told["heard"] == 2 * 2 * 5  # models, suites, utterances
    assert told["passes"] >= 1
    assert kills < 10 or min(told["died"].values()) > 0
    (tmp_path / "told.json").write_text(json.dumps(told))
