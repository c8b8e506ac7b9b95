"""Rounding: nothing is called nothing, or all, that isn't."""

from __future__ import annotations

import math

import pytest

from reports import rounding


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0.0, "0.0"),
        (0.0001, "<0.1"),
        (0.1234, "12.3"),
        (0.9999, "99.9"),
        (1.0, "100.0"),
        (1.0001, "100.1"),
        (2.5, "250.0"),
    ],
)
def test_percent(rate: float, text: str) -> None:
    assert rounding.percent(rate).text == text


def test_nothing_measured_is_a_dash() -> None:
    for figure in (
        rounding.percent(math.nan),
        rounding.points(None),
        rounding.relative(math.inf),
        rounding.hours(None),
    ):
        assert (figure.value, figure.text) == (None, "–")


def test_points_have_a_sign_unless_they_round_to_zero() -> None:
    assert [rounding.points(d).text for d in (-0.0123, 0.004, 0.0001, -0.0001)] == ["−1.2", "+0.4", "0.0", "0.0"]


def test_relative_and_hours() -> None:
    assert rounding.relative(-0.283).text == "−28%"
    assert [rounding.hours(s).text for s in (36.0, 36000.0, 360000.0)] == ["0.01", "10.0", "100.0"]
