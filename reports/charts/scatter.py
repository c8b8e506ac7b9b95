"""Scatter: two models' rates (percent) for each speaker, one against the other, about the line where they are equal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from markupsafe import Markup

from reports.charts.svg import tag, text, tick_label, ticks, whole
from reports.text import Text

SIZE = 360
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 10, 44
CAP_PERCENT = 100.0
SMALLEST, LARGEST = 2.6, 8.0
"""Radii; the area follows the number of utterances."""
LETTER = 5.8
"""Width of a Latin letter; Hangul takes two."""
LONGEST_NAME = 16
Scale = Callable[[float], float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Dot:
    """One speaker: both rates in percent, how many utterances, and a name where it is written beside the dot."""

    x: float
    y: float
    size: int
    name: str
    named: bool


def draw(
    dots: Sequence[Dot],
    x_label: Text,
    y_label: Text,
    label: Text,
    colour: str,
    *,
    language: str | None = None,
    style: str = "",
) -> Markup:
    """The picture as SVG, both axes alike from 0; what lies beyond 100 % is drawn at its end."""
    scale = ticks(min(max((max(d.x, d.y) for d in dots), default=1.0), CAP_PERCENT), 4)
    plot, bottom = SIZE - LEFT - RIGHT, SIZE - BOTTOM

    def x(value: float) -> float:
        return LEFT + plot * min(value, scale[-1]) / scale[-1]

    def y(value: float) -> float:
        return bottom - (bottom - TOP) * min(value, scale[-1]) / scale[-1]

    body = Markup("")
    for value in scale:
        body += tag("line", x1=x(value), x2=x(value), y1=TOP, y2=bottom, class_="grid")
        body += tag("line", x1=LEFT, x2=SIZE - RIGHT, y1=y(value), y2=y(value), class_="grid")
        words = tick_label(value)
        body += tag("text", words, x=x(value), y=bottom + 15, text_anchor="middle", class_="soft num", font_size=11)
        body += tag("text", words, x=LEFT - 6, y=y(value) + 4, text_anchor="end", class_="soft num", font_size=11)
    body += tag("line", x1=x(0), y1=y(0), x2=x(scale[-1]), y2=y(scale[-1]), class_="median")
    body += text(x_label, language, x=LEFT + plot / 2, y=SIZE - 8, text_anchor="middle", class_="soft", font_size=12)
    turned = f"translate(11 {TOP + (bottom - TOP) / 2:g}) rotate(-90)"
    body += text(y_label, language, transform=turned, text_anchor="middle", class_="soft", font_size=12)
    most = max((d.size for d in dots), default=1)
    for dot in sorted(dots, key=lambda d: -d.size):
        radius = max(SMALLEST, LARGEST * (dot.size / most) ** 0.5)
        told = tag("title", f"{dot.name}: {dot.x:.1f} → {dot.y:.1f} %, N {dot.size:,}")
        body += tag("circle", told, cx=x(dot.x), cy=y(dot.y), r=radius, class_=f"fill bubble {colour}")
    return whole(body + _names(dots, x, y), SIZE, SIZE, label, language, style)


def _names(dots: Sequence[Dot], x: Scale, y: Scale) -> Markup:
    """The names, each at the nearest free place about its dot; one that finds none is left to the table."""
    body = Markup("")
    taken = [(x(d.x) - 5, y(d.y) - 5, x(d.x) + 5, y(d.y) + 5) for d in dots]
    for dot in sorted((d for d in dots if d.named), key=lambda d: (-d.y, d.x, d.name)):
        shown = dot.name if len(dot.name) <= LONGEST_NAME else dot.name[: LONGEST_NAME - 1] + "…"
        wide = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in shown) * LETTER
        box = next((box for box in _places(x(dot.x), y(dot.y), wide) if not any(_meet(box, o) for o in taken)), None)
        if box:
            taken.append(box)
            end = min(max(x(dot.x), box[0]), box[2]), min(max(y(dot.y), box[1]), box[3])
            body += tag("line", x1=x(dot.x), y1=y(dot.y), x2=end[0], y2=end[1], class_="lead-line")
            body += tag("text", shown, x=box[0], y=box[3] - 2, class_="ink halo", font_size=11)
    return body


def _places(x: float, y: float, wide: float) -> Iterator[Box]:
    """Boxes for a name, near ones first: to the right, left, above and below of a dot."""
    for away in (0.0, 10.0, 22.0, 36.0, 52.0):
        for left, middle in (
            (10 + away, 0.0), (-10 - away - wide, 0.0), (-wide / 2, -15 - away), (-wide / 2, 15 + away),
            (8 + away, -12 - away), (8 + away, 12 + away), (-8 - away - wide, -12 - away),
        ):  # fmt: skip
            box = (x + left, y + middle - 6, x + left + wide, y + middle + 6)
            if box[0] >= LEFT and box[2] <= SIZE and box[1] >= 0 and box[3] <= SIZE - BOTTOM:
                yield box


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
