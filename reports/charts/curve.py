"""Curve: a rate (percent) against a condition, a line a model with its band; one small picture of several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.marks import mark
from reports.charts.svg import tag, text, tick_label, ticks, whole
from reports.rounding import MINUS
from reports.text import Text

WIDTH, HEIGHT = 320, 226
LEFT, RIGHT, TOP, BOTTOM = 34, 12, 48, 36
CAP_PERCENT = 100.0
"""A loop can lift a CER to 300 %: the axis ends here, and a value beyond is drawn on the frame with an arrow."""
APART = 30
"""Units that the labels of two values on the lower axis need."""


@dataclass(frozen=True)
class Mark:
    """One value and its interval, in percent; ``hollow`` where training never heard the condition."""

    x: float
    y: float
    low: float | None
    high: float | None
    hollow: bool
    note: str


@dataclass(frozen=True)
class Series:
    """One model's values by ascending x, and its rate on clean sound (``None``: there is none)."""

    colour: str
    marks: tuple[Mark, ...]
    level: float | None = None


@dataclass(frozen=True)
class Panel:
    """One picture. ``joined``: neighbours differ in x alone, so a line may join them."""

    title: Text
    note: Text
    series: tuple[Series, ...]
    joined: bool = True
    log: bool = False


@dataclass(frozen=True)
class _Frame:
    panel: Panel
    top: float
    language: str | None

    @property
    def span(self) -> tuple[float, float]:
        xs = [self._scaled(m.x) for series in self.panel.series for m in series.marks]
        return min(xs), max(xs)

    def _scaled(self, x: float) -> float:
        return math.log(x) if self.panel.log else x

    def x(self, value: float) -> float:
        low, high = self.span
        inner = WIDTH - LEFT - RIGHT - 24
        return LEFT + 12 + inner * ((self._scaled(value) - low) / (high - low) if high > low else 0.5)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(value, 0.0), self.top) / self.top)


def highest(panels: Sequence[Panel]) -> float:
    """Where the axis of these panels ends, so that they can be compared: above all values, and most of the bands."""
    marks = [m for panel in panels for series in panel.series for m in series.marks]
    value = max([m.y for m in marks] + [s.level for p in panels for s in p.series if s.level is not None], default=1.0)
    reach = max((m.high for m in marks if m.high is not None), default=value)
    return ticks(min(max(value, min(reach, 1.4 * value)), CAP_PERCENT), 4)[-1]


def draw(panel: Panel, x_label: Text, top: float, *, language: str | None = None) -> Markup:
    """The picture as SVG. ``top``: where the upright axis ends (``highest``)."""
    name = Text(f"{panel.title.en}, {x_label.en}", f"{panel.title.ko}, {x_label.ko}")
    return whole(body(panel, x_label, top, language), WIDTH, HEIGHT, name, language)


def body(panel: Panel, x_label: Text, top: float, language: str | None = None) -> Markup:
    """What is in the picture, to be set into a larger one."""
    frame = _Frame(panel, top, language)
    drawn = text(panel.title, language, x=0, y=13, class_="ink", font_size=13, font_weight=650)
    drawn += text(panel.note, language, x=0, y=29, class_="soft", font_size=11.5)
    drawn += _axes(frame, x_label)
    for series in panel.series:
        drawn += _level(frame, series) + (_band(frame, series) if panel.joined else Markup(""))
    for number, series in enumerate(panel.series):
        drawn += _series(frame, series, number)
    return drawn


def _axes(frame: _Frame, x_label: Text) -> Markup:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    drawn = Markup("")
    for value in ticks(frame.top, 4):
        y = frame.y(value)
        drawn += tag("line", x1=LEFT, x2=right, y1=y, y2=y, class_="grid")
        drawn += tag("text", tick_label(value), x=LEFT - 6, y=y + 4, text_anchor="end", class_="soft num", font_size=11)
    for value in _labelled(frame):
        x = frame.x(value)
        label = tick_label(value).replace("-", MINUS)
        drawn += tag("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="grid")
        drawn += tag("text", label, x=x, y=bottom + 16, text_anchor="middle", class_="soft num", font_size=11)
    middle = {"x": (LEFT + right) / 2, "y": HEIGHT - 4, "font_size": 11}
    return drawn + text(x_label, frame.language, text_anchor="middle", class_="soft", **middle)


def _labelled(frame: _Frame) -> list[float]:
    """The values of x that have room for a label: both ends, and what fits between."""
    values = sorted({m.x for series in frame.panel.series for m in series.marks})
    taken = [values[0]]
    for value in values[1:-1]:
        if frame.x(value) - frame.x(taken[-1]) >= APART and frame.x(values[-1]) - frame.x(value) >= APART:
            taken.append(value)
    return [*taken, values[-1]] if len(values) > 1 else taken


def _level(frame: _Frame, series: Series) -> Markup:
    if series.level is None:
        return Markup("")
    y = frame.y(series.level)
    return tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_=f"level {series.colour}")


def _band(frame: _Frame, series: Series) -> Markup:
    known = [(m.x, m.low, m.high) for m in series.marks if m.low is not None and m.high is not None]
    if len(known) < 2:
        return Markup("")
    above = [f"{frame.x(x):.1f} {frame.y(high):.1f}" for x, _, high in known]
    below = [f"{frame.x(x):.1f} {frame.y(low):.1f}" for x, low, _ in reversed(known)]
    return tag("path", d=f"M{'L'.join(above + below)}Z", class_=f"band {series.colour}")


def _series(frame: _Frame, series: Series, number: int) -> Markup:
    shift = 0.0 if frame.panel.joined else 4.0 * (number - (len(frame.panel.series) - 1) / 2)
    drawn = Markup("")
    if frame.panel.joined and len(series.marks) > 1:
        path = "L".join(f"{frame.x(m.x):.1f} {frame.y(m.y):.1f}" for m in series.marks)
        drawn += tag("path", d=f"M{path}", class_=f"stroke {series.colour} dash{number % 4}")
    for one in series.marks:
        x, y = frame.x(one.x) + shift, frame.y(one.y)
        if not frame.panel.joined and one.low is not None and one.high is not None:
            drawn += tag("line", x1=x, x2=x, y1=frame.y(one.low), y2=frame.y(one.high), class_=f"reach {series.colour}")
        if one.y > frame.top:
            drawn += tag("path", d=f"M{x - 4:.1f} {y - 5:.1f}l4 -6l4 6", class_=f"stroke {series.colour}")
        drawn += mark(number, x, y, series.colour, one.note, hollow=one.hollow)
    return drawn
