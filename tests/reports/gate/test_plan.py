"""Plan: margins that can be held are held, others are refused with how many speakers lack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kowhisper_tel.core.errors import UserError
from reports import gate
from reports.gate.budgets import Budgets
from reports.gate.plan import lacking, plan, stand_ins
from reports.gate.rule import Settings
from reports.gate.side import Side

Sides = Callable[..., Side]
QUICK = Settings(draws=1000)


def test_an_equal_system_passes_at_the_margin_held_about_as_often_as_said(side: Sides) -> None:
    """80 % is promised; 100 comparisons of one stratum vary by 4 points."""
    first = plan([(side({"a": 0.1}), side({"a": 0.1}, seed=2))], settings=QUICK).rows[0]
    margin = (first.holds.value or 0) / 100
    pairs = [(side({"a": 0.1}, seed=2 * n + 10), side({"a": 0.1}, seed=2 * n + 11)) for n in range(100)]
    passed = sum(gate.check(old, new, margin=margin, draws=400).outcome == "pass" for old, new in pairs)
    assert 65 <= passed <= 95


def test_more_speakers_hold_less_and_the_number_lacking_is_enough(side: Sides) -> None:
    def made(blocks: int) -> Any:
        return plan([(side({"a": 0.1}, blocks=blocks), side({"a": 0.1}, blocks=blocks, seed=2))], settings=asked)

    asked = replace(QUICK, margin=0.008)
    few = made(30).rows[0]
    assert few.refused
    assert few.more is not None
    many = made(round((30 + few.more) * 2)).rows[0]
    assert many.held
    assert many.more == 0
    assert (many.holds.value or 0) < (few.holds.value or 0)


def test_what_is_detected_grows_with_the_conditions_judged_and_the_margin_held_does_not(side: Sides) -> None:
    names = {f"s{n}": 0.1 for n in range(12)}
    one = plan([(side({"s0": 0.1}), side({"s0": 0.1}, seed=2))], settings=QUICK)
    all_ = plan([(side(names), side(names, seed=2))], settings=QUICK)
    assert (one.tests, all_.tests) == (1, 12)
    assert (one.rows[0].detects.value or 0) == pytest.approx(one.rows[0].holds.value or 0)
    assert (all_.rows[0].detects.value or 0) > (all_.rows[0].holds.value or 0)


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({}, []),
        ({"margin": 0.0001}, ["a", "b"]),
        ({"margin": 0.5}, []),
        ({"strata": {"a": {"margin": 0.0001}}}, ["a"]),
        ({"strata": {"a": {"margin": 0.0001, "level": "warn"}}}, []),
        ({"strata": {"a": {"require": "superior"}}}, []),
        ({"suites": {"b": {"margin": 0.0001}}}, ["b"]),
        ({"margin": 0.0}, ["a", "b"]),
    ],
)
def test_only_margins_asked_for_are_refused(side: Sides, asked: Any, refused: list[str]) -> None:
    pair = (side({"a": 0.1, "b": 0.1}), side({"a": 0.1, "b": 0.1}, seed=2))
    made = plan([pair], budgets=Budgets.model_validate(asked), settings=QUICK)
    assert [row.group for row in made.refused] == refused


@pytest.mark.parametrize(("blocks", "kind"), [(9, "speaker"), (1, "speaker"), (40, "clip")])
def test_a_set_that_allows_no_verdict_holds_no_margin(side: Sides, blocks: int, kind: str) -> None:
    pair = (side({"a": 0.1}, blocks=blocks, kind=kind), side({"a": 0.1}, blocks=blocks, kind=kind, seed=2))
    row = plan([pair], settings=replace(QUICK, margin=0.9)).rows[0]
    assert row.refused
    assert row.holds.value is None
    assert lacking(row).en != "–"


def test_two_sides_that_nowhere_differ_say_nothing(side: Sides) -> None:
    one = side({"a": 0.1, "b": 0.1})
    with pytest.raises(UserError) as refused:
        plan([(one, one)], settings=replace(QUICK, margin=0.9))
    assert refused.value.exit_code == 5


def test_a_rare_thing_that_was_never_seen_is_not_known_and_not_refused(side: Sides) -> None:
    both = {"cer": 0.1, "hallucination": 0.0}
    asked = Budgets.model_validate({"metrics": {"hallucination": {"margin": 0.01}}})
    row = plan([(side({"a": both}), side({"a": both}, seed=2))], budgets=asked, settings=QUICK).rows[1]
    assert (row.metric, row.held, row.refused, row.holds.value) == ("hallucination", None, False, None)
    assert lacking(row).en == "not known"


def test_every_suite_of_a_stratum_is_shown_beside_it(side: Sides) -> None:
    names = {"clean": 0.1, "phone/amr": 0.1, "phone/g711": 0.1}
    rows = plan([(side(names), side(names, seed=2))], settings=replace(QUICK, margin=0.0001)).rows
    assert [(row.by, row.group, row.asked) for row in rows] == [
        ("stratum", "clean", True),
        ("stratum", "phone", True),
        ("suite", "amr", False),
        ("suite", "g711", False),
    ]


def test_the_widest_of_several_comparisons_counts(side: Sides) -> None:
    calm = (side({"a": 0.1}), side({"a": 0.1}, seed=2))
    wild = (side({"a": 0.1}), side({"a": 0.4}, seed=3))
    alone, both = (plan(pairs, settings=QUICK).rows[0] for pairs in ([wild], [calm, wild]))
    assert both.holds == alone.holds


def test_tuned_models_stand_in_and_a_single_one_says_nothing(results: Any, make: Any) -> None:
    assert [(old.model, new.model) for old, new in stand_ins(results)] == [("clean-tuned", "phone-tuned")]
    two = make(24, 12, models=(("base", "base", 0.1, 0.3), ("tuned", "candidate", 0.1, 0.3)))
    assert [(old.model, new.model) for old, new in stand_ins(two)] == [("base", "tuned")]
    with pytest.raises(UserError) as refused:
        stand_ins(make(24, 12, models=(("tuned", "candidate", 0.1, 0.3),)))
    assert refused.value.exit_code == 5
    assert "tuned" in str(refused.value)


def test_unknown_names_are_refused_here_too(side: Sides) -> None:
    asked = Budgets.model_validate({"strata": {"aa": {"margin": 0.1}}})
    with pytest.raises(UserError, match="Did you mean"):
        plan([(side({"a": 0.1, "aab": 0.1}), side({"a": 0.1, "aab": 0.1}))], budgets=asked, settings=QUICK)
