"""Forest: the change in each group of speakers with its interval, under the headings of what groups them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from markupsafe import Markup

from reports.charts.svg import tag, text, ticks, whole
from reports.rounding import MINUS
from reports.text import Text

ROW, HEADING, TOP = 24, 30, 34
NARROW = 500


@dataclass(frozen=True)
class Branch:
    """One group: change and interval in points (``None``: none), how it is written, and the page's class for it.

    ``hollow`` where the blocks allow a description only; ``size`` says how many there are. ``heading`` starts a new
    kind of group above it.
    """

    title: Text
    size: Text
    delta: float | None
    low: float | None
    high: float | None
    shown: str
    tone: str
    hollow: bool
    heading: Text | None = None


@dataclass(frozen=True)
class _Frame:
    left: float
    right: float
    marks: tuple[float, ...]
    language: str | None
    narrow: bool

    def x(self, value: float) -> float:
        first, last = self.marks[0], self.marks[-1]
        return self.left + (self.right - self.left) * (min(max(value, first), last) - first) / (last - first)

    def holds(self, value: float) -> bool:
        return self.marks[0] <= value <= self.marks[-1]


def draw(
    branches: Sequence[Branch],
    label: Text,
    *,
    width: int = 880,
    language: str | None = None,
    style: str = "",
) -> Markup:
    """The picture as SVG: left of 0 is better. Under 500 units of width, names stand above their intervals."""
    frame = _frame(branches, width, language)
    y, drawn = float(TOP), Markup("")
    for branch in branches:
        if branch.heading:
            drawn += text(branch.heading, language, x=0, y=y + 18, class_="ink", font_size=13, font_weight=650)
            y += HEADING
        drawn += _branch(branch, frame, y)
        y += ROW + (16 if frame.narrow else 0)
    return whole(_grid(frame, y) + drawn, width, y + 6, label, language, style)


def _frame(branches: Sequence[Branch], width: int, language: str | None) -> _Frame:
    """The axis holds 0, all changes, and the intervals but those that are mere description and far out."""
    known = [b for b in branches if b.delta is not None]
    values = [b.delta or 0.0 for b in known]
    far = 2 * max((abs(value) for value in values), default=1.0)
    ends = [(end, b.hollow) for b in known for end in (b.low, b.high) if end is not None]
    values += [end for end, hollow in ends if abs(end) <= far or not hollow]
    low, high = min([0.0, *values]), max([0.0, *values])
    step = ticks(max(high - low, 0.1), 4)[1]
    first, last = min(math.floor(low / step), -1), max(math.ceil(high / step), 1)
    marks = tuple(round(step * number, 10) for number in range(first, last + 1))
    narrow = width < NARROW
    names = max((_wide(f"{title} ({size})") for b in branches for title, size in _names(b)), default=0.0)
    left, right = (12.0, 12.0) if narrow else (min(names + 20.0, 0.45 * width), 150.0)
    return _Frame(left, width - right, marks, language, narrow)


def _names(branch: Branch) -> tuple[tuple[str, str], ...]:
    return (branch.title.en, branch.size.en), (branch.title.ko, branch.size.ko)


def _wide(words: str) -> float:
    return 7.0 * sum(1.9 if east_asian_width(letter) in "WF" else 1.0 for letter in words)


def _grid(frame: _Frame, bottom: float) -> Markup:
    drawn = Markup("")
    for value in frame.marks:
        x = frame.x(value)
        drawn += tag("line", x1=x, x2=x, y1=TOP - 8, y2=bottom, class_="grid" if value else "axis")
        shown = f"{value:+g}".replace("-", MINUS) if value else "0"
        drawn += tag("text", shown, x=x, y=TOP - 14, text_anchor="middle", class_="soft num", font_size=11)
    return drawn


def _branch(branch: Branch, frame: _Frame, y: float) -> Markup:
    middle = y + ROW / 2 + (14 if frame.narrow else 0)
    line = y + 13 if frame.narrow else middle + 4.5
    size = Text(f"{branch.title.en} ({branch.size.en})", f"{branch.title.ko} ({branch.size.ko})")
    if frame.narrow:
        drawn = text(size, frame.language, x=0, y=line, class_="ink halo", font_size=12)
        drawn += tag(
            "text", branch.shown, x=frame.right + 12, y=line, text_anchor="end", class_="soft num halo", font_size=11
        )
    else:
        drawn = text(size, frame.language, x=frame.left - 14, y=line, text_anchor="end", class_="ink", font_size=12.5)
        drawn += tag("text", branch.shown, x=frame.right + 10, y=line, class_="soft num", font_size=11.5)
    if branch.delta is None:
        return drawn
    kind = f"tone-{branch.tone}"
    if branch.low is not None and branch.high is not None:
        drawn += tag(
            "line", x1=frame.x(branch.low), x2=frame.x(branch.high), y1=middle, y2=middle, class_=f"whisker {kind}"
        )
        for end in (branch.low, branch.high):
            if frame.holds(end):
                x = frame.x(end)
                drawn += tag("line", x1=x, x2=x, y1=middle - 4, y2=middle + 4, class_=f"whisker {kind}")
    point = {"x": frame.x(branch.delta) - 4.5, "y": middle - 4.5, "width": 9, "height": 9}
    return drawn + tag("rect", class_=f"point {kind}{' hollow' if branch.hollow else ''}", **point)
