"""Lines: values over steps, a line a model, named at its end and by its dash as well as its colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.svg import tag, text, tick_label, ticks, whole
from reports.text import Text

LEFT, RIGHT, TOP, BOTTOM = 44, 14, 46, 34
MOST_POINTS = 240
"""Longer curves are thinned to this many points, first and last kept: the page stays light, the shape stays."""


@dataclass(frozen=True)
class Line:
    """A named line of ``(x, y)``, x ascending. ``best`` is a point of it to be ringed, with what it says there."""

    title: Text
    colour: str
    points: tuple[tuple[float, float], ...]
    best: tuple[float, float] | None = None
    note: str = ""


def draw(
    lines: Sequence[Line],
    label: Text,
    x_label: Text,
    *,
    width: int = 430,
    height: int = 260,
    language: str | None = None,
    style: str = "",
) -> Markup:
    """The chart as SVG, both axes from zero."""
    xs = ticks(max((x for line in lines for x, _ in line.points), default=1.0), 4)
    ys = ticks(max((y for line in lines for _, y in line.points), default=1.0), 4)
    plot_width, plot_height = width - LEFT - RIGHT, height - TOP - BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        return LEFT + plot_width * x / xs[-1], TOP + plot_height * (1 - y / ys[-1])

    body = text(label, language, x=0, y=13, class_="ink", font_size=13, font_weight=650)
    body += _legend(lines, language)
    for value in ys:
        y = at(0, value)[1]
        body += tag("line", x1=LEFT, x2=width - RIGHT, y1=y, y2=y, class_="grid")
        body += tag("text", tick_label(value), x=LEFT - 7, y=y + 4, text_anchor="end", class_="soft num", font_size=11)
    for value in xs:
        x = at(value, 0)[0]
        place = {"x": x, "y": height - BOTTOM + 16, "font_size": 11}
        body += tag("text", tick_label(value), text_anchor="middle", class_="soft num", **place)
    middle = {"x": LEFT + plot_width / 2, "y": height - 3, "font_size": 11}
    body += text(x_label, language, text_anchor="middle", class_="soft", **middle)
    for number, line in enumerate(lines):
        body += _line([at(x, y) for x, y in thinned(line.points)], line.colour, number)
        if line.best:
            x, y = at(*line.best)
            body += tag(
                "circle",
                *([tag("title", line.note)] if line.note else []),
                cx=x,
                cy=y,
                r=6,
                class_=f"ring {line.colour}",
            )
    return whole(body, width, height, label, language, style)


def _legend(lines: Sequence[Line], language: str | None) -> Markup:
    body, x = Markup(""), float(LEFT)
    for number, line in enumerate(lines):
        body += tag("line", x1=x, x2=x + 20, y1=29, y2=29, class_=f"stroke {line.colour} dash{number % 4}")
        body += text(line.title, language, x=x + 26, y=33, class_="soft", font_size=11.5)
        x += 44 + 7.4 * max(len(line.title.en), 1.7 * len(line.title.ko))
    return body


def _line(places: Sequence[tuple[float, float]], colour: str, number: int) -> Markup:
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    body = tag("path", d=path, class_=f"stroke {colour} dash{number % 4}") if len(places) > 1 else Markup("")
    if len(places) <= 12:
        for x, y in places:
            body += tag("circle", cx=x, cy=y, r=2.8, class_=f"fill {colour}")
    return body


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most ``MOST_POINTS`` of the points, evenly taken, first and last kept."""
    if len(points) <= MOST_POINTS:
        return list(points)
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(step * number)] for number in range(MOST_POINTS)]
