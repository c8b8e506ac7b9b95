"""``run text verbalise --rules`` and ``run text itn``: one line out for one line in."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from kowhisper_tel.commands.text import app


def _lines(stdin: str, *arguments: str) -> list[str]:
    done = CliRunner().invoke(app, arguments, input=stdin)
    assert done.exit_code == 0, done.output
    return done.stdout.split("\n")


def test_rules_are_named_with_their_places() -> None:
    first, second, end = _lines("우유 3개 AI\n네\n", "verbalise", "--rules")
    assert end == ""
    said, pieces = first.split("\t")
    assert said == "우유 세 개 에이아이"
    assert json.loads(pieces) == [
        {"start": 3, "end": 5, "rule": "counted", "spoken": "세 개"},
        {"start": 6, "end": 8, "rule": "letters", "spoken": "에이아이"},
    ]
    assert second == "네\t[]"


@pytest.mark.parametrize(
    ("command", "line", "out"), [("itn", "삼만 오천 원, 천천히", "3만 5천 원, 천천히"), ("verbalise", "3개", "세 개")]
)
def test_one_line_for_one_line(command: str, line: str, out: str) -> None:
    assert _lines(f"{line}\n\n{line}\n", command) == [out, "", out, ""]
