"""Figure: a number as it is kept and as it is shown. All rounding of the reports is here.

Rates come in as fractions and leave as percent; a fall is written with a true minus sign. "0.0" is shown only where
the number is exactly zero and "100.0" only where it is exactly one hundred (after coverage.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MINUS = "\u2212"
NOTHING = "–"


@dataclass(frozen=True)
class Figure:
    """``value`` goes to CSV and JSON (``None``: there is none), ``text`` to the eye."""

    value: float | None
    text: str

    def __str__(self) -> str:
        return self.text


def _known(number: float | None) -> bool:
    return number is not None and not math.isnan(number)


def percent(rate: float | None) -> Figure:
    """A rate (0.123) as percent with one decimal ("12.3")."""
    if rate is None or not _known(rate):
        return Figure(None, NOTHING)
    exact = 100.0 * float(rate)
    text = f"{exact:.1f}"
    if text == "0.0" and exact > 0:
        text = "<0.1"
    elif text == "100.0" and exact != 100.0:
        text = "99.9" if exact < 100 else "100.1"
    return Figure(round(exact, 3), text)


def whole_percent(rate: float) -> Figure:
    """A rate as percent without decimals ("12"), for a scale's end."""
    return Figure(round(100.0 * rate, 3), f"{100.0 * rate:.0f}")


def points(difference: float | None, *, sign: bool = True) -> Figure:
    """A difference of two rates as percentage points, signed ("−1.2", "+0.4")."""
    if difference is None or not _known(difference):
        return Figure(None, NOTHING)
    exact = 100.0 * float(difference)
    return Figure(round(exact, 3), signed(exact, 1) if sign else f"{exact:.1f}")


def signed(number: float, decimals: int) -> str:
    """A number with its sign; what rounds to zero has none."""
    text = f"{abs(number):.{decimals}f}"
    if float(text) == 0:
        return text
    return (MINUS if number < 0 else "+") + text


def relative(change: float | None) -> Figure:
    """A relative change (−0.283) as whole percent ("−28%")."""
    if change is None or not _known(change) or math.isinf(change):
        return Figure(None, NOTHING)
    return Figure(round(100.0 * float(change), 2), signed(100.0 * float(change), 0) + "%")


def per_minute(rate: float | None, *, sign: bool = False) -> Figure:
    """So many a minute, with one decimal; ``sign`` for a change."""
    if rate is None or not _known(rate):
        return Figure(None, NOTHING)
    exact = float(rate)
    return Figure(round(exact, 3), signed(exact, 1) if sign else f"{exact:.1f}")


def hours(seconds: float | None) -> Figure:
    """A duration in hours, with as many decimals as it needs to be more than nothing."""
    if seconds is None or not _known(seconds):
        return Figure(None, NOTHING)
    exact = float(seconds) / 3600.0
    return Figure(round(exact, 4), f"{exact:.2f}" if exact < 10 else f"{exact:.1f}")


def count(number: float | None) -> Figure:
    """A whole number with thousands separated."""
    if number is None or not _known(number):
        return Figure(None, NOTHING)
    return Figure(int(number), f"{int(number):,}")


def decimal(number: float | None, decimals: int = 1) -> Figure:
    """A measure with so many decimals and a true minus sign ("−26.4")."""
    if number is None or not _known(number):
        return Figure(None, NOTHING)
    text = f"{abs(number):.{decimals}f}"
    return Figure(round(float(number), decimals), (MINUS if number < 0 and float(text) else "") + text)
