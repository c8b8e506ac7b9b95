"""The page on the gate: its budgets are read, and its commands work, in the order that they stand."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel import run as program
from kowhisper_tel.core.errors import UserError
from reports.gate import budgets

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("gate_evaluated", ROOT / "tests" / "reports" / "gate" / "evaluated.py")
assert _spec is not None
assert _spec.loader is not None
evaluated: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(evaluated)


def blocks(language: str, kind: str) -> list[str]:
    page = (ROOT / "docs" / f"gate.{language}.md").read_text(encoding="utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def test_both_languages_show_the_same_commands() -> None:
    assert blocks("en", "bash") == blocks("ko", "bash") != []


def test_every_command_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = {"base": 0.05, "clean": 0.03, "phone": 0.03}
    for name, seed in (("old", 1), ("new", 2)):
        evaluated.write(tmp_path / "runs" / name, speakers=60, seed=seed, rate=lambda model, suite: rate[model])
    (tmp_path / "gate.yaml").write_text(blocks("en", "yaml")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for command in "".join(blocks("en", "bash")).splitlines():
        python, module, name, *words = shlex.split(command)
        assert (python, module, name) == ("python", "-m", "kowhisper_tel.run")
        monkeypatch.setattr(sys, "argv", [name, *words])
        with pytest.raises(SystemExit) as end:
            program.main()
        assert not end.value.code, command
    assert (tmp_path / "gate" / "junit.xml").is_file()
    assert (tmp_path / "baselines" / "phone.json").is_file()


def test_every_word_of_the_budgets_is_on_the_page(tmp_path: Path) -> None:
    for language in ("en", "ko"):
        page = (ROOT / "docs" / f"gate.{language}.md").read_text(encoding="utf-8")
        for word in (*budgets.Budgets.model_fields, *budgets.COSTS, "superior", "warn"):
            assert word in page
    (tmp_path / "typo.yaml").write_text(blocks("en", "yaml")[0].replace("strata:", "stratum:"), encoding="utf-8")
    with pytest.raises(UserError, match="Did you mean strata"):
        budgets.read(tmp_path / "typo.yaml")
