"""Histogram: how often each value of a measure comes, as columns over a scale, with the median marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.svg import tag, text, tick_label, ticks, whole
from reports.rounding import MINUS
from reports.text import Text

LEFT, RIGHT, TOP, BOTTOM = 6, 6, 44, 22


@dataclass(frozen=True)
class Histogram:
    """Counts of bins ``step`` wide from ``lowest`` on; what lies outside is in the first or last of them.

    ``title`` names the measure and its unit, ``note`` says its median and range in words.
    """

    title: Text
    note: Text
    lowest: float
    step: float
    counts: Sequence[int]
    median: float | None = None


def draw(histogram: Histogram, *, width: int = 360, height: int = 168, language: str | None = None) -> Markup:
    """The chart as SVG."""
    counts, lowest = histogram.counts, histogram.lowest
    span = histogram.step * len(counts)
    plot_width, bottom = width - LEFT - RIGHT, height - BOTTOM
    column = plot_width / len(counts)
    highest = max(*counts, 1)

    def x(value: float) -> float:
        return LEFT + plot_width * min(max((value - lowest) / span, 0.0), 1.0)

    body = text(histogram.title, language, x=LEFT, y=13, class_="ink", font_size=13, font_weight=650)
    body += text(histogram.note, language, x=LEFT, y=31, class_="soft", font_size=12)
    for place, count in enumerate(counts):
        if count:
            tall = max(1.0, (bottom - TOP) * count / highest)
            where = {"x": LEFT + place * column + 0.75, "y": bottom - tall, "width": column - 1.5, "height": tall}
            body += tag("rect", tag("title", str(count)), class_="fill m-candidate", **where)
    body += tag("line", x1=LEFT, x2=width - RIGHT, y1=bottom, y2=bottom, class_="grid")
    for value in _marks(lowest, span):
        label = tick_label(value).replace("-", MINUS)
        room = 3.5 * len(label) - 2  # half its width, less the margin
        anchor = "start" if x(value) - LEFT < room else "end" if width - RIGHT - x(value) < room else "middle"
        body += tag("text", label, x=x(value), y=bottom + 15, text_anchor=anchor, class_="soft num", font_size=11)
    if histogram.median is not None:
        middle = x(histogram.median)
        body += tag("line", x1=middle, x2=middle, y1=TOP - 4, y2=bottom, class_="median")
    return whole(body, width, height, histogram.title, language)


def _marks(lowest: float, span: float) -> list[float]:
    """Round numbers on the scale."""
    step = ticks(span, 4)[1]
    first = -(-lowest // step) * step
    return [first + step * number for number in range(int((lowest + span - first) / step + 1e-9) + 1)]
