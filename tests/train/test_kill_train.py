"""kill −9 anywhere in a training, then go on: the same weights, the same curve, the same figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kowhisper_tel.core.manifest import Manifest

KILLING = Path(__file__).parent / "killing.py"


@pytest.mark.parametrize("kills", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_so_often_it_is_as_never_killed(kills: int, tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    corpus.write(corpus.root / "killed.jsonl")
    command = [sys.executable, str(KILLING), str(tiny), str(corpus.root / "killed.jsonl"), str(tmp_path), str(kills)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["died"]) == kills
    assert told["steps"] > 8
    assert told["passes"] >= 1
