"""Hypotheses from a file: what is there is taken, what is not is named, and nothing is guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval_suites import engines
from eval_suites.engines import Clip, Setting, Task
from eval_suites.hypothesis import Transcript
from eval_suites.models import ModelSpec
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.decoding import DecodingOptions

TASK = Task({"r1": frozenset({"a", "b"}), "r2": frozenset({"b", "c"})}, {"clean": "r1", "women": "r1", "noisy": "r2"})


def heard(file: Path, task: Task | None = TASK, **settings: Any) -> dict[tuple[str, str], Transcript]:
    kind, spec = engines.get("replay"), ModelSpec(None, "other", "replay", settings={"file": str(file), **settings})
    kind.check(spec, task)
    engine = kind.open(spec, Setting("unknown", DecodingOptions(), "unknown", 0, Path(), task))
    return {
        (rendering, name): engine.transcribe([Clip(name, rendering, np.zeros(1, np.float32))])[0]
        for rendering, names in TASK.ids.items()
        for name in sorted(names)
    }


def write(folder: Path, name: str, *lines: Any) -> Path:
    path = folder / name
    rows = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_text_for_every_condition(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    said = heard(write(tmp_path, "h.jsonl", {"id": "a", "text": "가"}, {"id": "b", "text": ""}))
    assert said["r1", "a"] == Transcript("가")
    assert said["r1", "b"] == said["r2", "b"] == Transcript(""), "nothing heard is an answer"
    assert said["r2", "c"] == Transcript("", missing=True)
    assert "1" in caplog.text
    assert "c" in caplog.text


def test_a_text_by_suite_or_rendering(tmp_path: Path) -> None:
    rows = [("clean", "a", "가"), ("women", "a", "가"), ("noisy", "b", "나")]
    said = heard(write(tmp_path, "h.jsonl", *({"suite": s, "id": i, "text": t} for s, i, t in rows)))
    assert [transcript.text for transcript in said.values()] == ["가", "", "나", ""]
    assert [transcript.missing for transcript in said.values()] == [False, True, False, True]
    assert heard(write(tmp_path, "h.tsv", "rendering\tid\ttext", "r1\ta\t가", "r2\tb\t나")) == said


def test_a_csv_as_spreadsheets_write_it(tmp_path: Path) -> None:
    path = tmp_path / "h.CSV"
    path.write_bytes('\ufeffid,text,who\r\na,"가, ""나""\r\n다\u2028라",x\r\nb,,y\r\nc,다,z\r\n'.encode())
    said = heard(path)
    assert [transcript.text for transcript in said.values()] == ['가, "나"\r\n다\u2028라', "", "", "다"]
    assert not any(transcript.missing for transcript in said.values())


def test_another_runs_hypotheses_are_taken_over_whole(tmp_path: Path) -> None:
    line = {"model": "m", "rendering": "r1", "utterance_id": "a", "text": "가", "avg_logprob": -0.5,
            "compression_ratio": 1.0, "window_s": 3.0, "attempts": 3, "finished": False,
            "nbest": [["가", -0.5], ["나", -0.7]]}  # fmt: skip
    lost = {**line, "utterance_id": "b", "text": "", "missing": True}
    path = write(tmp_path, "hypotheses.jsonl", line, lost, {**line, "model": "n"})
    with pytest.raises(UserError, match="m, n"):
        heard(path)
    with pytest.raises(UserError, match="no model x"):
        heard(path, model="x")
    said = heard(path, model="m")
    assert said["r1", "a"] == Transcript("가", -0.5, 1.0, 3.0, 3, False, (("가", -0.5), ("나", -0.7)))
    assert said["r1", "b"].missing


def test_lines_for_other_clips_are_counted_and_named(tmp_path: Path) -> None:
    rows = [{"id": name, "text": "가"} for name in ("a", "x1", "x2", "x3", "x4")]
    with pytest.raises(UserError) as error:
        heard(write(tmp_path, "h.jsonl", *rows))
    assert error.value.code == "eval.replay_foreign"
    assert (error.value.facts["count"], error.value.facts["total"]) == (4, 5)
    assert error.value.facts["examples"] == "x1, x2, x3"
    for where in ({"suite": "phone"}, {"rendering": "r9"}, {"suite": "noisy"}):
        with pytest.raises(UserError, match="a \\("):
            heard(write(tmp_path, "h.jsonl", {"id": "a", "text": "가", **where}))


@pytest.mark.parametrize(
    ("name", "lines", "what"),
    [
        ("h.jsonl", ["{"], "line 1: not JSON"),
        ("h.jsonl", [{"id": "a", "text": "가"}, "[]"], "line 2: not a JSON object"),
        ("h.jsonl", [{"text": "가"}], "line 1 has no id"),
        ("h.jsonl", [{"id": "a"}], "line 1: text is missing"),
        ("h.jsonl", [{"id": "a", "text": None}], "line 1: text is missing"),
        ("h.jsonl", ['{"id": "a", "text": "\\ud800"}'], "surrogate"),
        ("h.jsonl", [{"id": "a", "text": "가"}] * 2, "lines 1 and 2 are both for a"),
        ("h.jsonl", [{"id": "a", "text": t, "suite": s} for t, s in (("가", "clean"), ("나", "women"))], "1 and 2"),
        ("h.jsonl", [{"id": "a", "text": "가", "suite": "clean"}, {"id": "b", "text": "나"}], "line 2 names no suite"),
        ("h.jsonl", [""], "no hypotheses"),
        ("h.csv", ["id,text", "a"], "line 2 has another number of cells"),
        ("h.csv", ["id,text", "a,b,c"], "line 2 has another number of cells"),
        ("h.csv", ["name,text", "a,b"], "line 2 has no id"),
        ("h.csv", ["id,words", "a,b"], "text is missing"),
    ],
)
def test_what_cannot_be_read_is_placed(name: str, lines: list[Any], what: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=what) as error:
        heard(write(tmp_path, name, *lines))
    assert error.value.code == "eval.replay_file"
    assert "가" not in str(error.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe")
    for name, what in (("none.jsonl", "no such file"), ("latin.jsonl", "UTF-8")):
        with pytest.raises(UserError, match=what):
            heard(tmp_path / name)


def test_it_is_told_by_its_contents(tmp_path: Path) -> None:
    identify = engines.get("replay").identify
    one, same = (write(tmp_path, name, {"id": "a", "text": "가"}) for name in ("1.jsonl", "2.jsonl"))
    other = write(tmp_path, "3.jsonl", {"id": "a", "text": "나"})
    hashes = [identify(ModelSpec(None, "other", "replay", settings={"file": str(f)})) for f in (one, same, other)]
    assert hashes[0] == hashes[1] != hashes[2]
