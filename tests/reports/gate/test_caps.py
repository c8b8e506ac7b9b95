"""Caps: on the candidate alone, at the limit itself still kept, and never passed unmeasured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from eval_suites.cost import Cost
from reports import gate
from reports.gate import caps
from reports.gate.budgets import Budgets
from reports.gate.side import Side

Sides = Callable[..., Side]


def outcomes(side: Side, **limits: Any) -> list[str]:
    return [cap.outcome for cap in caps.check(side, Budgets(caps=limits))]


def exact(side: Side, *cells: tuple[int, int, int, int]) -> Side:
    """The side with the same counts in every block."""
    suites = (replace(suite, blocks=dict.fromkeys(suite.blocks, cells)) for suite in side.suites)
    return replace(side, suites=tuple(suites))


def test_a_rate_at_its_limit_is_kept_and_above_it_not(side: Sides) -> None:
    one = exact(side({"clean": 0.0}), (88, 12, 0, 0))
    assert outcomes(one, cer=0.12) == ["pass"]
    assert outcomes(one, cer=0.1199) == ["fail"]
    assert outcomes(one, cer={"clean": 0.12}) == ["pass"]
    assert outcomes(one, cer={"clean": 0.11}) == ["fail"]


def test_a_metric_that_is_better_higher_has_a_least(side: Sides) -> None:
    one = exact(side({"clean": {"cer": 0.0, "digits_phone": 0.0}}), (1, 0, 0, 0), (9, 1, 0, 0))
    assert outcomes(one, digits_phone=0.9) == ["pass"]
    assert outcomes(one, digits_phone=0.91) == ["fail"]
    assert "at least" in caps.check(one, Budgets(caps={"digits_phone": 0.91}))[0].reason.en


def test_loops_are_clips(side: Sides) -> None:
    one = exact(side({"a": {"cer": 0, "loops": 0}, "b": {"cer": 0, "loops": 0}}, blocks=3), (9, 0, 0, 0), (8, 1, 0, 0))
    assert outcomes(one, loops=6) == ["pass"]
    assert outcomes(one, loops=5) == ["fail"]
    assert outcomes(one, loops={"a": 3, "b": 2}) == ["pass", "fail"]


def test_clips_that_another_suite_brings_are_not_counted_twice(side: Sides) -> None:
    one = exact(side({"a": {"cer": 0, "loops": 0}, "b": {"cer": 0, "loops": 0}}, blocks=3), (9, 0, 0, 0), (8, 1, 0, 0))
    one = replace(one, suites=(one.suites[0], replace(one.suites[1], summed=False)))
    assert outcomes(one, loops=3) == ["pass"]
    assert outcomes(one, loops={"b": 2}) == ["fail"]


def test_costs(side: Sides, cost: Cost) -> None:
    one = side({"a": 0.1}, cost=cost)
    assert outcomes(one, seconds_per_second=0.2, peak_memory_mb=900, load_s=1.5, disk_mb=145) == ["pass"] * 4
    assert outcomes(one, seconds_per_second=0.19, peak_memory_mb=899, load_s=1.4, disk_mb=144) == ["fail"] * 4


@pytest.mark.parametrize(
    "cost",
    [
        None,
        Cost("tuned", 0.0, 20.0, 1.5, 1, 1, "cpu", 2),
        Cost("tuned", float("nan"), 20.0, 1.5, 1, 1, "cpu", 2),
        Cost("tuned", 10.0, float("nan"), 1.5, 1, 1, "cpu", 2),
    ],
)
def test_a_figure_that_was_not_measured_is_incomplete(side: Sides, cost: Cost | None) -> None:
    assert outcomes(side({"a": 0.1}, cost=cost), seconds_per_second=10) == ["incomplete"]


def test_memory_that_could_not_be_measured_is_incomplete(side: Sides, cost: Cost) -> None:
    one = side({"a": 0.1}, cost=replace(cost, peak_bytes=None, disk_bytes=None))
    assert outcomes(one, peak_memory_mb=10**6, disk_mb=10**6) == ["incomplete"] * 2


def test_rates_of_nothing_and_of_missing_clips_are_incomplete(side: Sides) -> None:
    assert outcomes(exact(side({"a": 0.1}), (0, 0, 0, 5)), cer=1.0) == ["incomplete"]
    assert outcomes(side({"a": 0.1}, missing={"a": ("c",)}), cer=1.0) == ["incomplete"]
    assert outcomes(side({"a": 0.1}), hallucination=1.0, loops=100) == ["incomplete"] * 2


def test_a_broken_cap_fails_an_equal_system_and_says_so(side: Sides) -> None:
    one = side({"clean": 0.1})
    verdict = gate.check(one, one, margin=0.1, budgets=Budgets(caps={"cer": {"clean": 0.01}}), draws=400)
    assert (verdict.outcome, verdict.exit_code()) == ("fail", 1)
    assert {finding.outcome for finding in verdict.findings} == {"pass"}
    assert "Clean: CER" in verdict.sentence.en
    assert verdict.to_json()["caps"][0]["limit"] == 1.0
