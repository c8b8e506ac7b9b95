"""The Python API: every command is a function, importing it is light, and what it gives is what the commands give."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from kowhisper_tel import api
from kowhisper_tel.commands import build
from kowhisper_tel.core.errors import UserError

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"all": "run", "text": "verbalise", "leaks": None, "suite": None}
"""Commands under another name, and those that only show or check what other functions give."""


def test_every_command_is_a_function_with_a_docstring() -> None:
    commands = get_command(build()).commands  # type: ignore[attr-defined]
    wanted = [name for command in commands if (name := ELSEWHERE.get(command, command))]
    assert [name for name in wanted if name not in api.__all__] == []
    assert [name for name in api.__all__ if not inspect.getdoc(getattr(api, name))] == []
    assert doctest.testmod(api) == (0, 3)


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys; import kowhisper_tel.api\n"
        "heavy = {'torch', 'transformers', 'pandas', 'scipy', 'datasets', 'av', 'numpy', 'typer'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_mistakes_raise_with_a_code(tmp_path: Path) -> None:
    for call, code in (
        (lambda: api.run(tmp_path / "none.yaml"), "config.missing"),
        (lambda: api.train(None, f"runs={tmp_path}"), "run.absent"),
        (lambda: api.gate(tmp_path / "none", tmp_path), "gate.baseline_missing"),
        (lambda: api.transcribe(tmp_path / "none.wav", tuned_by=tmp_path), "transcribe.run"),
        (lambda: api.describe(tmp_path / "none"), "prepare.folder"),
        (lambda: api.simulate(tmp_path / "a.wav", tmp_path / "b.wav"), "audio.missing"),
    ):
        with pytest.raises(UserError) as error:
            call()
        assert error.value.code == code
    with pytest.raises(ValueError, match="shorter"):
        api.score(["네"], [])


def test_plan_and_normalise(tmp_path: Path) -> None:
    assert "demo" in api.plan(None, f"runs={tmp_path}")
    assert api.normalise("네, 3개!") == "네 세 개"
