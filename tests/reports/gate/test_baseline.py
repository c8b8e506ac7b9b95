"""Baseline files: no texts and names, the same bytes again, the same verdict as from the run, nothing bent unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval_suites import results
from eval_suites.cost import Cost
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint
from reports import gate
from reports.gate import baseline
from reports.gate.budgets import Budgets
from reports.gate.rule import Settings
from reports.gate.side import Side, side_of

Sides = Callable[..., Side]
COST = Cost("phone", 100.0, 20.0, 1.5, 900_000_000, None, "cpu", 2)


@pytest.fixture(scope="module")
def run(evaluated: Any, tmp_path_factory: pytest.TempPathFactory) -> results.Results:
    folder = evaluated.write(tmp_path_factory.mktemp("run"), speakers=24, clips=3, costs=(COST,))
    return results.load(folder / "results")


@pytest.fixture(scope="module")
def worse(evaluated: Any, tmp_path_factory: pytest.TempPathFactory) -> results.Results:
    folder = evaluated.write(
        tmp_path_factory.mktemp("worse"), clips=3, seed=2, rate=lambda m, s: 0.3 if s == "noisy_0" else 0.05
    )
    return results.load(folder / "results")


def accepted(side: Side, reason: str = "better on the telephone", **options: Any) -> baseline.Baseline:
    return baseline.accept(side, reason, **{"verdict": "first"} | options)


def test_the_verdict_from_the_file_is_the_run_s(run: Any, worse: Any, tmp_path: Path) -> None:
    baseline.write(accepted(side_of(run)), tmp_path / "phone.json")
    asked = Budgets.model_validate(
        {"metrics": {"hallucination": {}}, "suites": {"noisy_0": {}}, "caps": {"loops": 3, "cer": {"noisy": 0.2}}}
    )
    kept = baseline.read(tmp_path / "phone.json").side
    options: dict[str, Any] = {"budgets": asked, "draws": 1000}
    for old, new in ((run, worse), (run, run)):
        from_run, from_file = gate.check(old, new, **options), gate.check(kept, new, **options)
        assert from_file.to_json() == from_run.to_json()
        assert from_file == from_run
    assert gate.check(worse, run, **options).to_json() == gate.check(worse, kept, **options).to_json()


def test_it_holds_no_text_id_or_name(run: Any) -> None:
    text = baseline.text(accepted(side_of(run)))
    assert text.isascii()
    for utterance in run.utterances.itertuples():
        assert utterance.id not in text
        assert utterance.speaker not in text
    words = {word for reference in run.rows["reference"] for word in reference.split()}
    assert not [word for word in words if word in text]


def test_the_same_acceptance_gives_the_same_bytes(run: Any, worse: Any) -> None:
    first = accepted(side_of(run))
    assert baseline.text(first) == baseline.text(accepted(side_of(run)))
    again = accepted(side_of(run), verdict="pass", earlier=first)
    assert baseline.text(again) == baseline.text(first)
    shuffled = replace(run, rows=run.rows.sample(frac=1.0, random_state=1))
    assert baseline.text(accepted(side_of(shuffled))) == baseline.text(first)


def test_written_and_read_it_is_the_same(run: Any, tmp_path: Path) -> None:
    made = accepted(side_of(run), date="2026-11-23", by="품질팀", forced=True)
    baseline.write(made, tmp_path / "b.json")
    assert baseline.read(tmp_path / "b.json") == made
    assert made.side.cost == COST


def test_history_keeps_every_acceptance_before(run: Any, worse: Any) -> None:
    one = accepted(side_of(run), "one")
    two = accepted(side_of(worse), "two", verdict="fail", forced=True, earlier=one)
    three = accepted(side_of(run), "three", earlier=two)
    assert [(a.reason, a.forced) for a in (*three.history, three.acceptance)] == [
        ("one", False), ("two", True), ("three", False),
    ]  # fmt: skip
    assert three.history[1].hash == "hash-of-phone-2"
    assert set(three.history[0].headline) == {"clean", "noisy"}


def test_other_people_s_manifest_gives_other_hashes(evaluated: Any, run: Any, tmp_path: Path) -> None:
    folder = evaluated.write(tmp_path, clips=3, manifest="another")
    other = side_of(results.load(folder / "results"))
    assert not set(other.suites[0].blocks) & set(side_of(run).suites[0].blocks)
    with pytest.raises(UserError) as refused:
        gate.check(accepted(side_of(run)).side, other)
    assert refused.value.exit_code == 4
    assert "manifest" in str(refused.value)


def edited(text: str, change: Callable[[dict[str, Any]], Any], seal: bool = False) -> str:
    record = json.loads(text)
    change(record)
    if seal:
        record.pop("checksum", None)
        record["checksum"] = fingerprint(record)
    return json.dumps(record)


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "count": lambda r: next(iter(r["suites"][0]["blocks"]["counts"].values()))[0].__setitem__(0, 10**6),
    "reason": lambda r: r["acceptance"].update(reason="other"),
    "suite": lambda r: r["suites"].pop(),
    "block": lambda r: r["suites"][0]["blocks"]["counts"].popitem(),
    "version": lambda r: r["versions"].update(normaliser="other"),
    "history": lambda r: r["history"].append({}),
    "cost": lambda r: r.update(cost=None),
    "key": lambda r: r.update(note="hello"),
    "checksum": lambda r: r.pop("checksum"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_file_changed_by_hand_is_refused(run: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(edited(baseline.text(accepted(side_of(run))), CHANGES[name]), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        baseline.read(path)
    assert (refused.value.code, refused.value.exit_code) == ("gate.baseline_edited", 4)


def test_other_line_ends_and_indents_are_no_change(run: Any, tmp_path: Path) -> None:
    text = baseline.text(accepted(side_of(run)))
    for form in (text.replace("\n", "\r\n"), edited(text, lambda r: None), "\ufeff" + text):
        (tmp_path / "b.json").write_bytes(form.encode())
        assert baseline.text(baseline.read(tmp_path / "b.json")) == text


@pytest.mark.parametrize(
    "change",
    [
        lambda r: next(iter(r["suites"][0]["blocks"]["counts"].values()))[0].__setitem__(0, -1),
        lambda r: next(iter(r["suites"][0]["blocks"]["counts"].values()))[0].__setitem__(0, 1.5),
        lambda r: next(iter(r["suites"][0]["blocks"]["counts"].values()))[0].__setitem__(0, True),
        lambda r: next(iter(r["suites"][0]["blocks"]["counts"].values()))[0].pop(),
        lambda r: next(iter(r["suites"][0]["blocks"]["counts"].values())).pop(),
        lambda r: r["suites"][0].update(kind="people"),
        lambda r: r["suites"][0].pop("stratum"),
        lambda r: r["suites"][0].update(blocks=[]),
        lambda r: r.pop("model"),
        lambda r: r.update(suites=3),
        lambda r: r.update(cost={"speed": 1}),
        lambda r: r["history"].append({"who": "me"}),
        lambda r: r.update(versions=["x"]),
    ],
)
def test_a_file_of_another_shape_is_refused(run: Any, tmp_path: Path, change: Any) -> None:
    path = tmp_path / "b.json"
    path.write_text(edited(baseline.text(accepted(side_of(run))), change, seal=True), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        baseline.read(path)
    assert (refused.value.code, refused.value.exit_code) == ("gate.baseline_broken", 4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "3",
        "{}",
        '{"schema": "kowhisper-tel-baseline/1"}',
        '{"schema": "kowhisper-tel-baseline/9"}',
        "[" * 10**5,
        '{"schema": 1}',
        "\udcff",
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError) as refused:
        baseline.read(tmp_path / "b.json")
    assert refused.value.exit_code == 4
    assert "b.json" in refused.value.text("ko")


def test_a_run_with_missing_hypotheses_is_never_accepted(side: Sides) -> None:
    lacking = side({"a": 0.1}, missing={"a": ("clip 1",)})
    for force in (False, True):
        with pytest.raises(UserError) as refused:
            baseline.examine(lacking, None, Budgets(), Settings(draws=400), force=force)
        assert refused.value.exit_code == 5
        assert "clip 1" in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "caps", "code"), [(0.5, {}, 1), (0.1, {"cer": 0.01}, 1), (0.1, {"load_s": 1}, 5), (0.1, {}, None)]
)
def test_a_failing_candidate_is_accepted_by_force_only(
    side: Sides, wrong: float, caps: dict[str, float], code: int | None
) -> None:
    old, new = side({"a": 0.1}), side({"a": wrong}, seed=2)
    asked, settings = Budgets.model_validate({"caps": caps}), Settings(draws=400)
    if code is None:
        assert baseline.examine(new, old, asked, settings, force=False) in ("pass", "inconclusive")
        return
    with pytest.raises(UserError) as refused:
        baseline.examine(new, old, asked, settings, force=False)
    assert refused.value.exit_code == code
    assert baseline.examine(new, old, asked, settings, force=True) == {1: "fail", 5: "incomplete"}[code]
    if caps:
        with pytest.raises(UserError):
            baseline.examine(new, None, asked, settings, force=False)


def test_what_cannot_be_compared_is_accepted_by_force_only(side: Sides) -> None:
    old = side({"a": 0.1})
    new = replace(old, versions={**old.versions, "manifest": "another"})
    with pytest.raises(UserError) as refused:
        baseline.examine(new, old, Budgets(), Settings(draws=400), force=False)
    assert refused.value.exit_code == 4
    assert baseline.examine(new, old, Budgets(), Settings(draws=400), force=True) == "incomparable"


def test_a_reason_is_needed(side: Sides) -> None:
    with pytest.raises(UserError) as refused:
        accepted(side({"a": 0.1}), " \n")
    assert refused.value.exit_code == 2
