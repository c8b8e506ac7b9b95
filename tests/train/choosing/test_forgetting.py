"""What is lost beyond its budget, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.train.choosing.forgetting import WATCHED, falls
from kowhisper_tel.train.settings import ForgettingBudget

BEFORE = {"clean": 0.2, "longform": 0.3, "timestamps": 0.8, "language": 1.0, "nospeech": 0.1}


@pytest.mark.parametrize(
    ("name", "now"),
    [("clean", 0.26), ("longform", 0.36), ("timestamps", 0.74), ("language", 0.94), ("nospeech", 0.16)],
)
def test_six_points_are_more_than_five_and_less_than_seven(name: str, now: float) -> None:
    (fall,) = falls(BEFORE | {name: now}, BEFORE, ForgettingBudget(**dict.fromkeys(WATCHED, 5.0)))
    assert (fall.name, fall.budget) == (name, 5.0)
    assert fall.points == pytest.approx(6)
    assert not falls(BEFORE | {name: now}, BEFORE, ForgettingBudget(**dict.fromkeys(WATCHED, 7.0)))


def test_a_budget_may_be_spent_to_the_last_point() -> None:
    assert not falls(BEFORE | {"clean": 0.22}, BEFORE, ForgettingBudget(clean=2.0))


def test_what_was_not_measured_or_has_no_budget_is_passed_over() -> None:
    worse = {"clean": 0.9, "timestamps": 0.0}
    assert [fall.name for fall in falls(worse, BEFORE, ForgettingBudget(clean=None))] == ["timestamps"]
    assert not falls(worse, {}, ForgettingBudget())


@given(st.dictionaries(st.sampled_from(sorted(WATCHED)), st.floats(0, 1)))
def test_nothing_is_lost_by_staying_the_same_or_with_budgets_of_all(now: dict[str, float]) -> None:
    assert not falls(now, now, ForgettingBudget(**dict.fromkeys(WATCHED, 0.0)))
    assert not falls(now, BEFORE, ForgettingBudget(**dict.fromkeys(WATCHED, 100.0)))
