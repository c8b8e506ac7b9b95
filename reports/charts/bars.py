"""Bars: groups of horizontal bars, one bar a model, under the headings of their strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.svg import tag, text, tick_label, ticks, whole
from reports.text import Text

CAP_PERCENT = 100.0
"""A loop can lift a CER to 300 %; the axis ends here and such a bar is drawn as cut off."""
BAR, GAP, GROUP, HEADING, ROW = 9, 2, 12, 30, 20


@dataclass(frozen=True)
class Bar:
    """One model's value (percent, ``None``: nothing measured) and how it is written."""

    colour: str
    value: float | None
    shown: str


@dataclass(frozen=True)
class Group:
    """The bars of one suite; ``heading`` starts a new stratum above it."""

    title: Text
    bars: tuple[Bar, ...]
    heading: Text | None = None


@dataclass(frozen=True)
class _Frame:
    left: float
    plot: float
    top: float
    above: float  # room for a title over the bars, where there is none beside them
    highest: float
    language: str | None

    def x(self, value: float) -> float:
        return self.left + self.plot * min(value, self.highest) / self.highest


def draw(
    groups: Sequence[Group],
    legend: Sequence[tuple[Text, str]],
    label: Text,
    *,
    width: int = 880,
    language: str | None = None,
    style: str = "",
) -> Markup:
    """The chart as SVG. Under 600 units of width the titles go above the bars instead of beside them."""
    highest = max((bar.value for group in groups for bar in group.bars if bar.value is not None), default=1.0)
    scale = ticks(min(highest, CAP_PERCENT))
    narrow = width < 600
    left = 12 if narrow else 236
    names, under = _legend(legend, language, left, width)
    frame = _Frame(left, width - left - 52, 58 + under, 17 if narrow else 0, scale[-1], language)
    y = frame.top
    body = [Markup("")]
    for group in groups:
        drawn, y = _group(group, frame, y)
        body.append(drawn)
    grid = _grid(scale, frame, y)
    return whole(names + grid + Markup("").join(body), width, y + 8, label, language, style)


def _legend(
    legend: Sequence[tuple[Text, str]], language: str | None, left: float, width: float
) -> tuple[Markup, float]:
    """The models' names, wrapped within the width, and how much lower the chart begins for it."""
    body, x, y = Markup(""), left, 0.0
    for title, colour in legend:
        wide = 34 + 8.2 * max(len(title.en), 1.7 * len(title.ko))
        if x > left and x + wide - 16 > width:
            x, y = left, y + ROW
        body += tag("rect", x=x, y=y + 6, width=12, height=12, rx=2, class_=f"fill {colour}")
        body += text(title, language, x=x + 18, y=y + 16, class_="ink", font_size=13)
        x += wide
    return body, y


def _grid(scale: Sequence[float], frame: _Frame, bottom: float) -> Markup:
    body = Markup("")
    for value in scale:
        x = frame.x(value)
        body += tag("line", x1=x, x2=x, y1=frame.top - 10, y2=bottom, class_="grid")
        body += tag("text", tick_label(value), x=x, y=frame.top - 15, text_anchor="middle", class_="soft", font_size=11)
    return body


def _group(group: Group, frame: _Frame, y: float) -> tuple[Markup, float]:
    body = Markup("")
    if group.heading:
        body += text(group.heading, frame.language, x=12, y=y + 14, class_="ink", font_size=13, font_weight=650)
        y += HEADING - (0 if frame.above else 6)
    height = len(group.bars) * (BAR + GAP) - GAP
    if frame.above:
        body += text(group.title, frame.language, x=frame.left, y=y + 8, class_="ink", font_size=12.5)
        y += frame.above
    else:
        place = {"x": frame.left - 12, "y": y + height / 2 + 4.5, "font_size": 12.5}
        body += text(group.title, frame.language, text_anchor="end", class_="ink", **place)
    for bar in group.bars:
        body += _bar(bar, frame, y)
        y += BAR + GAP
    return body, y + GROUP


def _bar(bar: Bar, frame: _Frame, y: float) -> Markup:
    if bar.value is None:
        return tag("text", bar.shown, x=frame.left + 4, y=y + BAR - 0.5, class_="soft", font_size=11)
    end = frame.x(bar.value)
    body = tag(
        "rect", x=frame.left, y=y, width=max(end - frame.left, 1), height=BAR, rx=1.5, class_=f"fill {bar.colour}"
    )
    if bar.value > frame.highest:  # two slanted cuts say that the bar goes on
        for offset in (12, 18):
            body += tag("path", d=f"M{end - offset - 4:.1f} {y + BAR:g} l6 -{BAR}", class_="cut")
    return body + tag("text", bar.shown, x=end + 5, y=y + BAR - 0.5, class_="soft num", font_size=11)
