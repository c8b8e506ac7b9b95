"""Columns: a table as text, for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]], lefts: int = 2) -> list[str]:
    """Lines whose cells stand below one another, the first ``lefts`` columns left-aligned, the others right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    shape = [(width, place < lefts) for place, width in enumerate(widths)]
    return ["  ".join(_padded(cell, *how) for cell, how in zip(row, shape, strict=True)) for row in rows]


def _padded(cell: str, width: int, left: bool) -> str:
    space = " " * (width - _width(cell))
    return cell + space if left else space + cell


def _width(text: str) -> int:
    """Columns of a terminal: Hangul takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
