"""Marks: a model's sign in a chart. Its shape and its line's dash tell it apart where colours do not."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.charts.svg import tag, text
from reports.text import Text

SHAPES = (
    "M{r} 0A{r} {r} 0 1 1 -{r} 0A{r} {r} 0 1 1 {r} 0Z",
    "M-{q} -{q}H{q}V{q}H-{q}Z",
    "M0 -{t}L{t} {q}H-{t}Z",
    "M0 -{t}L{t} 0L0 {t}L-{t} 0Z",
)
"""Circle, square, triangle, diamond, about their middle."""


def mark(
    number: int, x: float, y: float, colour: str, note: str = "", *, hollow: bool = False, radius: float = 3.6
) -> Markup:
    """The sign of the model with this number; ``hollow`` for a condition that training never heard."""
    sizes = {"r": radius, "q": radius * 0.9, "t": radius * 1.3}
    shape = SHAPES[number % len(SHAPES)].format(**{name: f"{size:.3g}" for name, size in sizes.items()})
    kind = f"stroke hollow {colour}" if hollow else f"fill {colour}"
    told = [tag("title", note)] if note else []
    return tag("path", *told, d=shape, transform=f"translate({x:.1f} {y:.1f})", class_=kind)


def swatch(number: int, colour: str) -> Markup:
    """A model's line with its sign, for a legend on the page."""
    line = tag("line", x1=1, x2=27, y1=7, y2=7, class_=f"stroke {colour} dash{number % 4}")
    return tag("svg", line, mark(number, 14, 7, colour), viewBox="0 0 28 14", width=28, height=14, aria_hidden="true")


def legend(models: Sequence[tuple[Text, str]], language: str | None, x: float, y: float) -> Markup:
    """The models' signs and names in a row, inside a picture that stands alone."""
    body = Markup("")
    for number, (title, colour) in enumerate(models):
        body += tag("line", x1=x, x2=x + 24, y1=y - 4, y2=y - 4, class_=f"stroke {colour} dash{number % 4}")
        body += mark(number, x + 12, y - 4, colour) + text(title, language, x=x + 31, y=y, class_="ink", font_size=12.5)
        x += 52 + 8 * max(len(title.en), 1.7 * len(title.ko))
    return body
