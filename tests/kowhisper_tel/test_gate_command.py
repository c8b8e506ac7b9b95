"""``run gate``: exit codes as DESIGN has them, and files that say why."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kowhisper_tel import run as program
from kowhisper_tel.core.language import choose_language

_path = Path(__file__).parents[1] / "reports" / "gate" / "evaluated.py"
_spec = importlib.util.spec_from_file_location("gate_evaluated", _path)
assert _spec is not None
assert _spec.loader is not None
evaluated: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(evaluated)
Gate = Callable[..., tuple[int, str]]


def noisier(model: str, suite: str) -> float:
    return 0.3 if suite == "noisy_0" and model == "phone" else 0.05


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gate")
    write = evaluated.write
    write(folder / "old", clips=3)
    write(folder / "new", clips=3, seed=2)
    write(folder / "worse", clips=3, seed=3, rate=noisier)
    write(folder / "few", clips=3, speakers=4)
    write(folder / "fewer_suites", clips=3, suites=evaluated.SUITES[:2])
    write(folder / "other_manifest", clips=3, manifest="another")
    write(folder / "unfinished", clips=3, lost=5)
    write(folder / "single", clips=3, models={"phone": "candidate"})
    (folder / "empty" / "results").mkdir(parents=True)
    shutil.copytree(folder / "old", folder / "broken")
    (folder / "broken" / "results" / "plan.json").write_text("{", encoding="utf-8")
    shutil.copytree(folder / "old", folder / "other_version")
    (folder / "other_version" / "results" / "plan.json").write_text('{"format": 9}', encoding="utf-8")
    return folder


@pytest.fixture
def gate(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Gate]:
    """Run ``gate`` beside the runs, in a folder of the test's own; its exit code, and what it said."""
    for one in made.iterdir():
        (tmp_path / one.name).symlink_to(one)
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["run", "gate", *words])
        with pytest.raises(SystemExit) as end:
            program.main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out + said.err

    yield call
    choose_language(None)


WIDE = ("--margin", "0.2")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("old", "old", *WIDE), 0, "Pass"),
        (("old", "new", *WIDE), 0, "Pass"),
        (("old/results", "new/results", *WIDE), 0, "Pass"),
        (("old", "worse", *WIDE), 1, "Noisy"),
        (("old", "worse", "--by", "suite"), 1, "noisy_0"),
        (("old", "new", "--margin", "0.0001"), 0, "Inconclusive"),
        (("old", "new", "--margin", "0.0001", "--strict"), 3, "Inconclusive"),
        (("few", "few", "--strict"), 3, "4 speakers"),
        (("none", "new"), 4, "baseline none"),
        (("none.json", "new"), 4, "baseline none.json"),
        (("none", "none"), 4, "baseline none"),
        (("empty", "new"), 4, "plan.json"),
        (("old/results/plan.json", "new"), 4, "plan.json"),
        (("other_manifest", "new"), 4, "manifest"),
        (("old", "other_manifest"), 4, "manifest"),
        (("old", "fewer_suites"), 4, "suites.noisy_0"),
        (("fewer_suites", "old"), 4, "suites.noisy_0"),
        (("few", "old"), 4, "suite clean"),
        (("old", "none"), 5, "none"),
        (("old", "empty"), 5, "plan.json"),
        (("old", "broken"), 5, "broken"),
        (("old", "other_version"), 5, "other_version"),
        (("old", "new", "--model", "fone"), 2, "phone"),
        (("old", "new", "--by", "speaker"), 2, "suite"),
        (("old", "new", "--margin", "-1"), 2, "margin"),
        (("old", "new", "--budgets", "none.yaml"), 2, "none.yaml"),
    ],
)
def test_exit_codes_of_check(gate: Gate, words: tuple[str, ...], code: int, said: str) -> None:
    found, text = gate("check", *words, "--lang", "en")
    assert (found, said in text) == (code, True), text


@pytest.mark.parametrize("words", [("old", "unfinished"), ("unfinished", "old"), ("unfinished", "unfinished")])
def test_an_unfinished_evaluation_is_incomplete_and_named(gate: Gate, words: tuple[str, str]) -> None:
    code, text = gate("check", *words, *WIDE)
    assert code == 5
    assert "call" in text


@pytest.mark.parametrize(
    ("budgets", "code"),
    [
        ("margin: 0.2", 0),
        ("strata: {clean: {margin: 0.2}, noisy: {margin: 0.2, level: warn}}", 0),
        ("{margin: 0.2, strata: {real_phone: }}", (2, 5)),
        ("{margin: 0.2, strata: {speaker: }}", 5),
        ("{margin: 0.2, strata: {speaker: {level: warn}}}", 0),
        ("{margin: 0.2, caps: {seconds_per_second: 1}}", 5),
        ("{margin: 0.2, caps: {cer: 0.5, loops: 3, digits_phone: 0.1}}", 0),
        ("{margin: 0.2, caps: {cer: 0.001}}", 1),
        ("{margin: 0.2, strata: {nois: }}", 2),
        ("", 2),
        ("margin: .nan", 2),
        ("strata:\n  noisy: {require: superior}", 0),
    ],
)
def test_exit_codes_of_budgets(gate: Gate, budgets: str, code: Any) -> None:
    Path("gate.yaml").write_text(budgets, encoding="utf-8")
    found, text = gate("check", "old", "new", "--budgets", "gate.yaml")
    assert found in (code if isinstance(code, tuple) else (code,)), text


def test_the_run_s_config_names_its_budgets(gate: Gate, made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "new", tmp_path / "mine")
    config = {"name": "mine", "data": {"corpora": [{"kind": "demo"}]}, "gate": {"budgets": "mine.yaml"}}
    (tmp_path / "mine" / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (tmp_path / "mine" / "mine.yaml").write_text("{margin: 0.2, caps: {cer: 0.001}}", encoding="utf-8")
    assert gate("check", "old", "mine")[0] == 1
    assert gate("check", "old", "mine/results")[0] == 1
    Path("other.yaml").write_text("margin: 0.2", encoding="utf-8")
    assert gate("check", "old", "mine", "--budgets", "other.yaml")[0] == 0
    (tmp_path / "mine" / "mine.yaml").unlink()
    assert gate("check", "old", "mine")[0] == 2


def test_what_is_given_on_the_line_goes_before_the_file(gate: Gate) -> None:
    Path("gate.yaml").write_text("{margin: 0.0001, least_effect: 0.9}", encoding="utf-8")
    assert gate("check", "old", "new", "--budgets", "gate.yaml", "--strict")[0] == 3
    assert gate("check", "old", "new", "--budgets", "gate.yaml", "--strict", *WIDE)[0] == 0
    assert gate("check", "old", "worse", "--budgets", "gate.yaml")[0] == 0
    assert gate("check", "old", "worse", "--budgets", "gate.yaml", "--least-effect", "0.01")[0] == 1


def test_check_writes_its_verdict(gate: Gate) -> None:
    assert gate("check", "old", "worse", "--out", "out")[0] == 1
    assert {file.name for file in Path("out").iterdir()} == {"verdict.json", "junit.xml", "gate.md"}
    assert json.loads(Path("out/verdict.json").read_text(encoding="utf-8"))["outcome"] == "fail"
    assert "게이트" in Path("out/gate.md").read_text(encoding="utf-8")


def test_a_baseline_file_serves_as_the_run_does(gate: Gate) -> None:
    assert gate("accept", "old", "--reason", "first", "--by", "QA", "--date", "2026-11-23")[0] == 0
    file = Path("baselines/phone.json")
    first = file.read_bytes()
    for candidate, code in (("new", 0), ("worse", 1)):
        verdicts = []
        for baseline in ("old", str(file)):
            assert gate("check", baseline, candidate, *WIDE, "--out", "out")[0] == code
            verdicts.append(Path("out/verdict.json").read_bytes())
        assert verdicts[0] == verdicts[1]
    assert gate("accept", "old", "--reason", "first", "--by", "QA", "--date", "2026-11-23")[0] == 0
    assert file.read_bytes() == first
    assert gate("check", str(file), "other_manifest")[0] == 4
    assert gate("check", str(file), "fewer_suites")[0] == 4
    code, text = gate("check", str(file), "few", "--lang", "en")
    assert (code, "12 in the candidate" in text) == (4, True)
    file.write_text(file.read_text(encoding="utf-8").replace("first", "other"), encoding="utf-8")
    assert gate("check", str(file), "new")[0] == 4


def test_accept_refuses_what_fails_and_says_how_to_force(gate: Gate) -> None:
    assert gate("accept", "old", "--reason", "first", "--out", "b.json")[0] == 0
    before = Path("b.json").read_bytes()
    code, text = gate("accept", "worse", "--reason", "second", "--out", "b.json")
    assert (code, "--force" in text) == (1, True)
    assert Path("b.json").read_bytes() == before
    assert gate("accept", "worse", "--reason", "we need it", "--out", "b.json", "--force")[0] == 0
    record = json.loads(Path("b.json").read_text(encoding="utf-8"))
    assert (record["acceptance"]["forced"], record["acceptance"]["verdict"]) == (True, "fail")
    assert [one["reason"] for one in record["history"]] == ["first"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("old", "--reason", " "), 2),
        (("old",), 2),
        (("old", "--reason", "x", "--date", "yesterday"), 2),
        (("old", "--reason", "x", "--model", "none"), 2),
        (("none", "--reason", "x"), 5),
        (("unfinished", "--reason", "x", "--force"), 5),
    ],
)
def test_exit_codes_of_accept(gate: Gate, words: tuple[str, ...], code: int) -> None:
    found, text = gate("accept", *words)
    assert found == code, text
    assert not Path("baselines").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("old",), 0, "clean → phone"),
        (("old", "new"), 0, "phone → phone"),
        (("old", "--margin", "0.2"), 0, "held"),
        (("old", "--margin", "0.0001"), 2, "NOT HELD"),
        (("few", "--margin", "0.2"), 2, "NOT HELD"),
        (("single",), 5, "single system"),
        (("none",), 5, "none"),
        (("old", "other_manifest"), 4, "manifest"),
    ],
)
def test_exit_codes_of_plan(gate: Gate, words: tuple[str, ...], code: int, said: str) -> None:
    found, text = gate("plan", *words, "--lang", "en")
    assert (found, said in text) == (code, True), text


def test_plan_writes_itself_and_takes_baseline_files(gate: Gate) -> None:
    assert gate("accept", "old", "--reason", "first", "--out", "b.json")[0] == 0
    assert gate("plan", "b.json")[0] == 5
    assert gate("plan", "b.json", "new", "--out", "out")[0] == 0
    record = json.loads(Path("out/plan.json").read_text(encoding="utf-8"))
    assert [row["held"] for row in record["rows"]] == [False, False, None, None]
