"""Heat: a confusion matrix, said by row and heard by column, each confusion with its count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from reports.charts.svg import tag, text, whole
from reports.rounding import MINUS
from reports.text import Text

CELL, LEFT, TOP = 23, 34, 66
MOST_OPACITY = 0.62
"""A darker cell would swallow the count in it."""


def draw(
    letters: Sequence[str],
    cells: Mapping[tuple[str, str], int],
    title: Text,
    note: Text,
    axes: tuple[Text, Text],
    top: int,
    *,
    signed: bool = False,
    width: int | None = None,
    language: str | None = None,
) -> Markup:
    """The picture as SVG. ``top``: the count of the deepest shade. ``signed``: counts are changes, fewer is better."""
    label = Text(f"{title.en}. {note.en}", f"{title.ko}. {note.ko}")
    drawn = body(letters, cells, title, note, axes, top, signed=signed, language=language)
    return whole(drawn, width or size(letters), TOP + CELL * len(letters) + 4, label, language)


def size(letters: Sequence[str]) -> int:
    """The width that a matrix of these letters takes."""
    return max(LEFT + CELL * len(letters) + 4, 300)


def body(
    letters: Sequence[str],
    cells: Mapping[tuple[str, str], int],
    title: Text,
    note: Text,
    axes: tuple[Text, Text],
    top: int,
    *,
    signed: bool = False,
    language: str | None = None,
) -> Markup:
    """What is in the picture, to be set into a larger one."""
    end = LEFT + CELL * len(letters)
    drawn = text(title, language, x=0, y=13, class_="ink", font_size=13, font_weight=650)
    drawn += text(note, language, x=0, y=29, class_="soft", font_size=11.5)
    drawn += text(Text(f"{axes[0].en} ↓", f"{axes[0].ko} ↓"), language, x=0, y=TOP - 22, class_="soft", font_size=10.5)
    across = Text(f"{axes[1].en} →", f"{axes[1].ko} →")
    drawn += text(across, language, x=end, y=TOP - 22, text_anchor="end", class_="soft", font_size=10.5)
    for place, letter in enumerate(letters):
        shown, at = letter or "∅", CELL * place + CELL / 2
        drawn += tag("text", shown, x=LEFT + at, y=TOP - 6, text_anchor="middle", class_="ink", font_size=12)
        drawn += tag("text", shown, x=LEFT - 9, y=TOP + at + 4, text_anchor="middle", class_="ink", font_size=12)
        corner = {"x": LEFT + CELL * place, "y": TOP + CELL * place, "width": CELL, "height": CELL}
        drawn += tag("rect", class_="diagonal", **corner)
    drawn += tag("rect", x=LEFT, y=TOP, width=end - LEFT, height=end - LEFT, class_="frame")
    cells_in = [
        (f"{said or '∅'} → {heard or '∅'}", cells[said, heard], LEFT + CELL * column, TOP + CELL * row)
        for row, said in enumerate(letters) for column, heard in enumerate(letters) if cells.get((said, heard))
    ]  # fmt: skip
    drawn += Markup("").join(_ground(name, count, x, y, top, signed) for name, count, x, y in cells_in)
    counts = Markup("").join(_count(count, x, y, signed) for _, count, x, y in cells_in)
    return drawn + tag("g", counts, class_="ink num", text_anchor="middle", font_size=10)


def _shown(count: int, signed: bool) -> str:
    return f"{count:+,}".replace("-", MINUS) if signed else f"{count:,}"


def _ground(name: str, count: int, x: float, y: float, top: int, signed: bool) -> Markup:
    """The shade of a cell."""
    kind = ("fewer" if count < 0 else "more") if signed else "many"
    opacity = f"{max(0.08, MOST_OPACITY * min(abs(count) / max(top, 1), 1.0)):.2f}"
    told, square = tag("title", f"{name}: {_shown(count, signed)}"), f"M{x} {y}h{CELL - 1}v{CELL - 1}h-{CELL - 1}z"
    return tag("path", told, d=square, class_=f"cell {kind}", fill_opacity=opacity)


def _count(count: int, x: float, y: float, signed: bool) -> Markup:
    shown = _shown(count, signed).replace(",", "")
    small = {} if len(shown) <= 3 else {"font_size": 8.0 if len(shown) == 4 else 6.5}
    return tag("text", shown, x=x + CELL / 2, y=y + CELL / 2 + 3.6, **small)
