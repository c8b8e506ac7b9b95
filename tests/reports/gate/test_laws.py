"""What holds of every verdict, whatever the counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.core.errors import UserError
from reports import gate
from reports.gate.budgets import Budgets
from reports.gate.cells import total
from reports.gate.side import Side, side_of
from reports.gate.verdict import WORST_FIRST

Sides = Callable[..., Side]
RATES = st.lists(st.sampled_from([0.0, 0.02, 0.05, 0.1, 0.3]), min_size=1, max_size=4)
BLOCKS = st.sampled_from([1, 2, 9, 10, 19, 20, 30])
SEEDS = st.integers(0, 10**6)
OPTIONS: dict[str, Any] = {"draws": 400}
some = settings(max_examples=25, deadline=None)


def named(rates: list[float]) -> dict[str, float]:
    return {f"s{number}": rate for number, rate in enumerate(rates)}


@some
@given(RATES, BLOCKS, SEEDS, st.floats(0, 0.1), st.sampled_from([None, "superior"]))
def test_identical_systems_never_fail(
    side: Sides, rates: list[float], blocks: int, seed: int, least: float, require: Any
) -> None:
    one = side(named(rates), blocks=blocks, seed=seed)
    verdict = gate.check(one, one, least_effect=least, budgets=Budgets(require=require), **OPTIONS)
    assert verdict.outcome != "fail"
    if require == "superior":
        assert verdict.outcome != "pass"


@some
@given(RATES, RATES, BLOCKS, SEEDS)
def test_swapped_systems_do_not_both_fail_and_their_changes_mirror(
    side: Sides, rates: list[float], others: list[float], blocks: int, seed: int
) -> None:
    names = named(rates)
    one = side(names, blocks=blocks, seed=seed)
    other = side({n: others[i % len(others)] for i, n in enumerate(names)}, blocks=blocks, seed=seed + 1)
    there, back = gate.check(one, other, **OPTIONS), gate.check(other, one, **OPTIONS)
    for forth, home in zip(there.findings, back.findings, strict=True):
        assert {forth.outcome, home.outcome} != {"fail"}
        assert not (forth.outcome == "fail" and home.outcome == "fail")
        if forth.change.delta.value is not None:
            assert forth.change.delta.value == pytest.approx(-(home.change.delta.value or 0.0), abs=2e-3)


@some
@given(RATES, RATES, BLOCKS, SEEDS)
def test_more_strata_never_make_a_verdict_better(
    side: Sides, rates: list[float], more: list[float], blocks: int, seed: int
) -> None:
    def both(extra: list[float]) -> tuple[Side, Side]:
        names = named(rates) | {f"t{number}": rate for number, rate in enumerate(extra)}
        return side(names, blocks=blocks, seed=seed), side(names, blocks=blocks, seed=seed + 1)

    few, many = (gate.check(*both(extra), **OPTIONS) for extra in ([], more))
    assert not (few.outcome != "pass" and many.outcome == "pass")
    for finding, same in zip(few.findings, many.findings, strict=False):
        assert (finding.outcome == "pass") == (same.outcome == "pass")


@some
@given(RATES, BLOCKS, SEEDS, st.floats(0, 0.2), st.floats(0, 0.2))
def test_a_wider_margin_never_takes_a_pass_away(
    side: Sides, rates: list[float], blocks: int, seed: int, one: float, other: float
) -> None:
    pair = side(named(rates), blocks=blocks, seed=seed), side(named(rates), blocks=blocks, seed=seed + 1)
    narrow, wide = (gate.check(*pair, margin=margin, **OPTIONS) for margin in sorted([one, other]))
    for finding, same in zip(narrow.findings, wide.findings, strict=True):
        assert not (finding.outcome == "pass" and same.outcome != "pass")


@some
@given(RATES, SEEDS)
def test_warnings_change_no_exit_code(side: Sides, rates: list[float], seed: int) -> None:
    names = named(rates)
    worse = {name: min(1.0, rate + 0.3) for name, rate in names.items()}
    old, new = side(names, seed=seed), side(worse, seed=seed + 1)
    warned = gate.check(old, new, budgets=Budgets(level="warn"), **OPTIONS)
    assert {finding.outcome for finding in warned.findings} == {"fail"}
    assert (warned.outcome, warned.exit_code(strict=True)) == ("pass", 0)
    assert "warned" in warned.sentence.en
    assert "no condition" not in warned.sentence.en
    assert "경고" in warned.sentence.ko


def test_a_warning_makes_no_error_harder_to_show(side: Sides) -> None:
    names = {f"s{n}": 0.1 for n in range(6)}
    old, new = side(names), side(names | {"s0": 0.13}, seed=2)
    warn = Budgets.model_validate({"strata": {f"s{n}": {"level": "warn"} for n in range(1, 6)}})
    alone = gate.check(old, new, budgets=warn, **OPTIONS).findings[0]
    assert alone.level == 0.95
    assert gate.check(old, new, **OPTIONS).findings[0].level >= 0.95


def test_the_worst_that_is_no_warning_decides(side: Sides) -> None:
    old = side({"a": 0.1, "b": 0.1, "c": 0.1})
    new = side({"a": 0.5, "b": 0.1, "c": 0.1}, seed=2, missing={"b": ("clip 7", "clip 9")})
    verdict = gate.check(old, new, **OPTIONS)
    assert [finding.outcome for finding in verdict.findings[:2]] == ["fail", "incomplete"]
    assert (verdict.outcome, verdict.exit_code()) == ("fail", 1)
    quiet = Budgets.model_validate({"strata": {"a": {"level": "warn"}}})
    verdict = gate.check(old, new, budgets=quiet, **OPTIONS)
    assert (verdict.outcome, verdict.exit_code()) == ("incomplete", 5)
    assert "clip 7, clip 9" in verdict.findings[1].reason.en
    assert WORST_FIRST[-1] == "pass"


@pytest.mark.parametrize("lost_by", ["baseline", "candidate"])
@pytest.mark.parametrize(("wrong", "outcome"), [(0.01, "incomplete"), (0.1, "incomplete"), (0.5, "fail")])
def test_with_missing_hypotheses_nothing_passes(side: Sides, lost_by: str, wrong: float, outcome: str) -> None:
    """They count as deleted: a loss may be shown so, but a baseline that lacks some is soon outdone."""
    lacking = {"a": ("clip {1}",)}
    old = side({"a": 0.1}, missing=lacking if lost_by == "baseline" else None)
    new = side({"a": wrong}, seed=2, missing=lacking if lost_by == "candidate" else None)
    finding = gate.check(old, new, margin=0.9, **OPTIONS).findings[0]
    assert finding.outcome == outcome
    assert "clip {1}" in finding.reason.en


def test_clips_of_nobody_known_are_inconclusive(side: Sides) -> None:
    old, new = side({"a": 0.1}, kind="clip"), side({"a": 0.5}, kind="clip", seed=2)
    assert gate.check(old, new, **OPTIONS).outcome == "inconclusive"


def test_where_nobody_speaks_hallucination_is_judged(side: Sides) -> None:
    def silent(rate: float, seed: int) -> Side:
        made = side({"nospeech": {"cer": 0.0, "hallucination": rate}}, seed=seed, tokens=5)
        suite = made.suites[0]
        blocks = {block: ((0, 0, 0, cells[1][1] * 8), cells[1]) for block, cells in suite.blocks.items()}
        return replace(made, suites=(replace(suite, blocks=blocks),))

    verdict = gate.check(silent(0.02, 1), silent(0.5, 2), **OPTIONS)
    assert [(f.metric, f.outcome) for f in verdict.findings] == [("hallucination", "fail")]
    assert gate.check(silent(0.02, 1), silent(0.02, 1), margin=0.05, **OPTIONS).outcome == "pass"


def test_an_empty_reference_that_nothing_else_counts_is_incomplete(side: Sides) -> None:
    made = side({"nospeech": 0.0})
    blocks = dict.fromkeys(made.suites[0].blocks, ((0, 0, 0, 3),))
    made = replace(made, suites=(replace(made.suites[0], blocks=blocks),))
    assert gate.check(made, made, **OPTIONS).exit_code() == 5


@pytest.mark.parametrize("change", ["blocks", "clips", "pairing", "suite"])
def test_other_clips_are_refused(side: Sides, change: str) -> None:
    old = side({"a": 0.1, "b": 0.1})
    first = old.suites[0]
    if change == "suite":
        new = replace(old, suites=old.suites[:1])
    else:
        other: Any = {"blocks": dict(list(first.blocks.items())[1:]), "clips": 7, "pairing": "0" * 16}[change]
        new = replace(old, suites=(replace(first, **{change: other}), old.suites[1]))
    with pytest.raises(UserError) as refused:
        gate.check(old, new, **OPTIONS)
    assert refused.value.exit_code == 4
    assert ("b" if change == "suite" else "a") in str(refused.value)


@pytest.mark.parametrize("change", [{"stratum": "b"}, {"summed": False}])
@pytest.mark.parametrize("by", ["stratum", "suite"])
def test_a_suite_that_counts_elsewhere_is_refused(side: Sides, change: Any, by: Any) -> None:
    """Its fingerprint is the same, and what a stratum is summed of is not: a loss could be hidden so."""
    old, new = side({"a/one": 0.1, "a/two": 0.1, "b": 0.1}), side({"a/one": 0.1, "a/two": 0.9, "b": 0.1})
    moved = replace(new, suites=(new.suites[0], replace(new.suites[1], **change), new.suites[2]))
    with pytest.raises(UserError, match=rf"suites\.two\.{next(iter(change))}") as refused:
        gate.check(old, moved, by=by, **OPTIONS)
    assert refused.value.exit_code == 4


def test_a_suite_on_the_candidate_s_side_only_is_refused(side: Sides) -> None:
    with pytest.raises(UserError, match=r"suites\.two") as refused:
        gate.check(side({"a/one": 0.1}), side({"a/one": 0.1, "a/two": 0.1}), **OPTIONS)
    assert refused.value.exit_code == 4


def test_no_rows_at_all_are_incomplete_evidence(make: Any) -> None:
    results = make(20, 4)
    with pytest.raises(UserError) as refused:
        gate.check(results, replace(results, rows=pd.DataFrame([])))
    assert (refused.value.code, refused.value.exit_code) == ("gate.empty", 5)


def test_a_metric_of_all_strata_is_not_left_out_where_clips_are_missing(side: Sides) -> None:
    """Left out is only what has nothing to count: where all but that metric only warns, this would pass."""
    rates = {name: {"cer": 0.1, "hallucination": 0.1} for name in ("a", "b")}
    worse = {**rates, "b": {"cer": 0.1, "hallucination": 0.6}}
    budgets = Budgets.model_validate({"level": "warn", "metrics": {"hallucination": {"level": "error"}}})
    for new, outcome in ((rates, "incomplete"), (worse, "fail")):
        made = side(new, missing={"b": ("clip 7",)})
        verdict = gate.check(side(rates), made, budgets=budgets, margin=0.9, **OPTIONS)
        assert (verdict.outcome, verdict.left_out) == (outcome, ())


def test_a_loop_counts_as_a_clip_that_is_wholly_wrong(make: Any) -> None:
    results = make(40, 12, models=(("tuned", "candidate", 0.1, 0.3),))
    rows = results.rows.copy()
    place = rows.index[rows["suite"] == "clean"][0]
    rows.loc[place, "insertions"] = 600
    ended = rows.copy()
    ended.loc[place, "insertions"] = ended.loc[place, "hits"]
    sides = [side_of(replace(results, rows=one)) for one in (rows, ended)]
    assert sides[0] == sides[1]
    (wrong,) = (one for one in sides[0].suites if one.name == "clean")
    counts = [sum(tally) for tally in zip(*(own[0] for own in wrong.blocks.values()), strict=True)]
    assert counts[3] < 600


def test_so_does_a_loop_by_any_other_error_rate(make: Any) -> None:
    results = make(40, 12, models=(("tuned", "candidate", 0.1, 0.3),))
    zeros = {f"wer_{name}": 0 for name in ("substitutions", "deletions")}
    found = {f"keywords_false_alarms_{name}": 0 for name in ("hits", "substitutions", "deletions")}
    rows = results.rows.assign(wer_hits=4, wer_insertions=30, **zeros, **found, keywords_false_alarms_insertions=30)
    suites = tuple(replace(suite, metrics=("cer", "wer", "keywords_false_alarms")) for suite in results.suites)
    one = side_of(replace(results, rows=rows, suites=suites)).suites[0]
    totals = {name: total((one,), name) for name in ("wer", "keywords_false_alarms")}
    assert totals == {"wer": (160, 0, 0, 160), "keywords_false_alarms": (0, 0, 0, 1200)}
