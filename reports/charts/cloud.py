"""Cloud: models by what they cost and how well they hear, each named, with those that nothing else beats joined."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from markupsafe import Markup

from reports.charts.marks import mark
from reports.charts.svg import tag, text, tick_label, ticks, whole
from reports.text import Text

WIDTH, HEIGHT = 400, 290
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 16, 44
LOG_FROM = 8.0
LETTER = 6.2
CAP_PERCENT = 100.0


@dataclass(frozen=True)
class Place:
    """One model: cost (its axis's unit), CER in percent, its colour, and whether it is on the front."""

    name: Text
    colour: str
    x: float
    y: float
    front: bool
    note: str


def draw(
    places: Sequence[Place],
    x_label: Text,
    y_label: Text,
    label: Text,
    *,
    language: str | None = None,
    style: str = "",
) -> Markup:
    """The picture as SVG: down and left is better. Costs many times apart get a logarithmic axis."""
    xs, ys = [place.x for place in places], ticks(min(max(place.y for place in places), CAP_PERCENT), 4)
    log = min(xs) > 0 and max(xs) / min(xs) >= LOG_FROM
    marks = _log_marks(min(xs), max(xs)) if log else ticks(max(xs), 4)
    first, last = (math.log(marks[0]), math.log(marks[-1])) if log else (marks[0], marks[-1])
    bottom = HEIGHT - BOTTOM

    def x(value: float) -> float:
        own = math.log(value) if log else value
        return LEFT + (WIDTH - LEFT - RIGHT) * (own - first) / (last - first)

    def y(value: float) -> float:
        return bottom - (bottom - TOP) * min(value, ys[-1]) / ys[-1]

    drawn = Markup("")
    for value in ys:
        drawn += tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(value), y2=y(value), class_="grid")
        at = {"x": LEFT - 6, "y": y(value) + 4, "font_size": 11}
        drawn += tag("text", tick_label(value), text_anchor="end", class_="soft num", **at)
    for value in marks:
        drawn += tag("line", x1=x(value), x2=x(value), y1=TOP, y2=bottom, class_="grid")
        at = {"x": x(value), "y": bottom + 15, "font_size": 11}
        drawn += tag("text", tick_label(value), text_anchor="middle", class_="soft num", **at)
    middle = TOP + (bottom - TOP) / 2
    drawn += text(y_label, language, transform=f"translate(11 {middle:g}) rotate(-90)", text_anchor="middle",
                  class_="soft", font_size=12)  # fmt: skip
    across = {"x": LEFT + (WIDTH - LEFT - RIGHT) / 2, "y": HEIGHT - 8, "font_size": 12}
    drawn += text(x_label, language, text_anchor="middle", class_="soft", **across)
    front = sorted((place for place in places if place.front), key=lambda place: place.x)
    if len(front) > 1:
        path = f"M{x(front[0].x):.1f} {y(front[0].y):.1f}" + "".join(f"H{x(p.x):.1f}V{y(p.y):.1f}" for p in front[1:])
        drawn += tag("path", d=path, class_="front")
    points = [(x(place.x), y(place.y)) for place in places]
    for number, (place, (left, top)) in enumerate(zip(places, points, strict=True)):
        drawn += mark(number, left, top, place.colour, place.note, hollow=not place.front, radius=5)
    return whole(drawn + _names(places, points, language), WIDTH, HEIGHT, label, language, style)


def _log_marks(low: float, high: float) -> list[float]:
    """1, 2 and 5 by powers of ten, from below the lowest to above the highest; only powers where these are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1.0, 2.0, 5.0) if len(powers) <= 3 else (1.0,)
    marks = [round(step * 10.0**power, 10) for power in powers for step in steps]
    first = max((number for number, value in enumerate(marks) if value <= low), default=0)
    last = next((number for number, value in enumerate(marks) if value >= high), len(marks) - 1)
    return marks[first : max(last, first + 1) + 1]


def _names(places: Sequence[Place], points: Sequence[tuple[float, float]], language: str | None) -> Markup:
    """The models' names beside their signs, moved where another stands already."""
    drawn = Markup("")
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    for place, (x, y) in sorted(zip(places, points, strict=True), key=lambda pair: pair[1]):
        wide = max(_wide(place.name.en), _wide(place.name.ko))
        for left, middle in (
            (8, -12),
            (-8 - wide, -12),
            (-wide / 2, -16),
            (10, 12),
            (-10 - wide, 12),
            (-wide / 2, 28),
            (-wide / 2, -32),
        ):
            box = (x + left, y + middle - 7, x + left + wide, y + middle + 7)
            inside = box[0] >= LEFT and box[2] <= WIDTH and box[1] >= 0 and box[3] <= HEIGHT - BOTTOM + 4
            if inside and not any(_meet(box, other) for other in taken):
                taken.append(box)
                drawn += text(place.name, language, x=box[0], y=y + middle + 4, class_="ink halo", font_size=11.5)
                break
    return drawn


def _wide(words: str) -> float:
    return LETTER * sum(1.9 if east_asian_width(letter) in "WF" else 1.0 for letter in words)


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
