"""Stacked: what a rate is made of, a bar a model in parts, under the headings of strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.svg import tag, text, tick_label, ticks, whole
from reports.text import Text

CAP_PERCENT = 100.0
BAR, GAP, GROUP, HEADING, TOP = 17, 4, 12, 20, 56
NARROW = 500
LEAST_FOR_LETTER = 13


@dataclass(frozen=True)
class Stack:
    """One model's parts in percent, in the order of the legend. ``heading`` starts a new stratum above it."""

    title: Text
    parts: tuple[float, ...]
    shown: str
    heading: Text | None = None


def draw(
    stacks: Sequence[Stack],
    legend: Sequence[tuple[Text, str]],
    label: Text,
    *,
    width: int = 880,
    language: str | None = None,
    style: str = "",
) -> Markup:
    """The picture as SVG; a part is told by its letter (the legend's) as well as by its shade."""
    left = 108 if width < NARROW else 150
    plot = width - left - 48
    scale = ticks(min(max((sum(stack.parts) for stack in stacks), default=1.0), CAP_PERCENT), 4)
    drawn, y = Markup(""), float(TOP)
    for stack in stacks:
        if stack.heading:
            y += GROUP if y > TOP else 0
            drawn += text(stack.heading, language, x=0, y=y + 10, class_="ink", font_size=13, font_weight=650)
            y += HEADING
        place = {"x": left - 8, "y": y + 13, "font_size": 12}
        drawn += text(stack.title, language, text_anchor="end", class_="ink", **place)
        drawn += _bar(stack, legend, left, plot / scale[-1], scale[-1], y)
        y += BAR + GAP
    return whole(_legend(legend, language) + _grid(scale, left, plot, y) + drawn, width, y + 6, label, language, style)


def _bar(
    stack: Stack, legend: Sequence[tuple[Text, str]], left: float, unit: float, highest: float, y: float
) -> Markup:
    drawn, begun = Markup(""), 0.0
    for number, (share, (title, letter)) in enumerate(zip(stack.parts, legend, strict=True)):
        room = max(0.0, min(share, highest - begun))
        if room > 0:
            x, wide = left + unit * begun, unit * room
            told = tag("title", f"{letter} {title.en} {share:.1f} %")
            drawn += tag("rect", told, x=x, y=y, width=max(wide - 0.8, 0.4), height=BAR, class_=f"part{number}")
            if wide >= LEAST_FOR_LETTER:
                drawn += tag(
                    "text", letter, x=x + wide / 2, y=y + 12.5, text_anchor="middle", class_=f"on{number}", font_size=11
                )
        begun += room
    return drawn + tag("text", stack.shown, x=left + unit * begun + 5, y=y + 13, class_="soft num", font_size=11.5)


def _legend(legend: Sequence[tuple[Text, str]], language: str | None) -> Markup:
    drawn, x = Markup(""), 0.0
    for number, (title, letter) in enumerate(legend):
        drawn += tag("rect", x=x, y=4, width=18, height=16, class_=f"part{number}")
        drawn += tag("text", letter, x=x + 9, y=16, text_anchor="middle", class_=f"on{number}", font_size=11)
        drawn += text(title, language, x=x + 24, y=16, class_="ink", font_size=12.5)
        x += 44 + 7 * max(len(title.en), 1.8 * len(title.ko))
    return drawn


def _grid(scale: Sequence[float], left: float, plot: float, bottom: float) -> Markup:
    drawn = Markup("")
    for value in scale:
        x = left + plot * value / scale[-1]
        drawn += tag("line", x1=x, x2=x, y1=TOP - 10, y2=bottom, class_="grid")
        drawn += tag("text", tick_label(value), x=x, y=TOP - 15, text_anchor="middle", class_="soft num", font_size=11)
    return drawn
