"""Lines in the layouts of the corpora, with both sides, marks and problems, all written by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kowhisper_tel.korean.notation import parse

with Path(__file__).with_name("notation.tsv").open(encoding="utf-8") as lines:
    LINES = [tuple(row.values()) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def test_there_are_lines() -> None:
    assert len({line[:2] for line in LINES}) == len(LINES) >= 120


@pytest.mark.parametrize(("text", "notation", "spoken", "written", "marks", "problems"), LINES)
def test_lines(text: str, notation: str, spoken: str, written: str, marks: str, problems: str) -> None:
    parsed = parse(text, notation)
    assert parsed.spoken == spoken
    assert parsed.written == (spoken if written == "=" else written)
    assert " ".join(mark.kind for mark in parsed.marks) == marks
    assert " ".join(f"{problem.kind}:{problem.start + 1}" for problem in parsed.problems) == problems


@pytest.mark.parametrize(("text", "notation"), [line[:2] for line in LINES])
def test_a_spoken_side_is_plain_text(text: str, notation: str) -> None:
    parsed = parse(text, notation)
    if not parsed.problems:
        assert parse(parsed.spoken, "plain").spoken == parsed.spoken
