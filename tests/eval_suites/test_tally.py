"""Tallies add; rates come last."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_suites.tally import Tally, rate

counts = st.integers(0, 10_000)
tallies = st.builds(Tally, counts, counts, counts, counts)


@given(tallies, tallies, tallies)
def test_addition_is_associative_and_commutative_with_zero(a: Tally, b: Tally, c: Tally) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Tally.zero() == a


@given(st.lists(tallies))
def test_sum_adds_every_count(many: list[Tally]) -> None:
    total = sum(many, Tally.zero())
    assert total == (sum(many) or Tally.zero())
    for name in ("hits", "substitutions", "deletions", "insertions", "errors", "reference_length", "hypothesis_length"):
        assert getattr(total, name) == sum(getattr(t, name) for t in many)


@given(tallies)
def test_rate_is_errors_by_reference(tally: Tally) -> None:
    if tally.reference_length:
        assert tally.rate == tally.errors / tally.reference_length
        assert (tally + tally).rate == tally.rate
    else:
        assert math.isnan(tally.rate)


@pytest.mark.parametrize("bad", [-1, 0.5, "1", True, None])
def test_a_count_that_is_none_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="insertions"):
        Tally(insertions=bad)  # type: ignore[arg-type]


def test_nothing_else_adds() -> None:
    with pytest.raises(TypeError):
        Tally() + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        sum([Tally()], 5)


def test_rates_go_element_by_element() -> None:
    np.testing.assert_array_equal(rate([1, 0, 3], [4, 0, 0]), [0.25, np.nan, np.nan])
    assert rate(3, 2) == Tally(substitutions=2, insertions=1).rate
