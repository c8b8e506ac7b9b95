"""``--log-json``: all that is told comes as one JSON object a line, whatever goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from kowhisper_tel.commands import build, program

ROOT = Path(__file__).parents[2]


def records(code_or_words: str | list[str], cwd: Path = ROOT) -> tuple[int, list[dict[str, Any]]]:
    started = ["-c", code_or_words] if isinstance(code_or_words, str) else ["-m", "kowhisper_tel.run", *code_or_words]
    done = subprocess.run([sys.executable, *started], cwd=cwd, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stderr.splitlines()]


def test_every_command_takes_it() -> None:
    def names(command: Any, path: str = "") -> dict[str, bool]:
        found = {path: any("--log-json" in option.opts for option in command.params)}
        for name, below in getattr(command, "commands", {}).items():
            found |= names(below, f"{path} {name}")
        return found

    found = names(program())
    assert len(found) > len(get_command(build()).commands)  # type: ignore[attr-defined]
    assert [path for path, takes in found.items() if not takes] == []


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["--log-json", "--config", "none.yaml"], "config.missing", 2),
        (["gate", "check", "none", "none", "--log-json"], "gate.baseline_missing", 4),
        (["trian", "--log-json"], "usage", 2),
    ],
)
def test_a_mistake_is_one_record(words: list[str], code: str, exit_code: int) -> None:
    returned, (record,) = records(words)
    assert returned == record["exit"] == exit_code
    assert (record["level"], record["code"]) == ("error", code)
    assert record["time"].endswith("+00:00")


def test_lines_of_libraries_and_progress_are_records_too() -> None:
    returned, told = records(
        "import sys, warnings\n"
        "from kowhisper_tel.core import log\n"
        "log.as_json()\n"
        "from kowhisper_tel.commands import progress\n"
        "progress.PLAIN_LINE_EVERY_S = 0\n"
        "with progress.bar('train', '학습') as bar: bar(1, 2)\n"
        "progress.say('done', '끝')\n"
        "warnings.warn('a library warns')\n"
        "print('no newline', end='', file=sys.stderr)\n"
        "print(', then one', file=sys.stderr)\n"
    )
    assert returned == 0
    assert (told[0]["event"], told[0]["stage"], told[0]["done"], told[0]["total"]) == ("progress", "train", 1, 2)
    assert told[1]["message"] == "done"
    assert "a library warns" in " ".join(record["message"] for record in told)
    assert told[-1]["message"] == "no newline, then one"


def test_a_bug_is_one_record_with_its_traceback() -> None:
    returned, told = records(
        "import sys\n"
        "sys.argv = ['run', '--log-json']\n"
        "from kowhisper_tel import commands, run\n"
        "commands.program = lambda: 1 / 0\n"
        "run.main()\n"
    )
    assert returned == 70
    (record,) = told
    assert (record["code"], record["kind"]) == ("bug", "ZeroDivisionError")
    assert "Traceback" in record["message"]


def test_without_it_people_read_lines() -> None:
    command = [sys.executable, "-m", "kowhisper_tel.run", "--config", "none.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.startswith("config none.yaml: no such file")
