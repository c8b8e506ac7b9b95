"""Sections: the parts of a report, each a module here, with its template and strings beside it.

Those are ``NAME.html.j2`` and ``NAME.yaml``. A module defines ``SECTION``. The registry finds it by itself; ``order``
decides its place on the page. A section may bring a script (``NAME.js``, in front of it any
``NAME_*.js``), a style (``NAME.css``), a table that is also
written as ``NAME.csv``, and figures that ``run report --figures`` writes as ``NAME.svg`` and ``NAME.png``.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.evidence import Evidence


@dataclass(frozen=True)
class Table:
    """A table for CSV: names of columns, and rows of strings and numbers."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str | int | float | None, ...]]


@dataclass(frozen=True)
class Section:
    """One part of the page.

    ``build`` turns evidence into plain frozen data with every number rounded, or ``None`` where there is nothing to
    show. Its title is the string ``NAME.title``. ``figures`` draws its charts to stand alone: what ``build`` made and a
    language (``en``, ``ko``) to whole SVG pictures (``svg.whole``) with ``style=figures.STYLE``, by file name without
    suffix.
    """

    name: str
    order: int
    build: Callable[[Evidence], Any]
    table: Callable[[Any], Table] | None = None
    figures: Callable[[Any, str], Mapping[str, str]] | None = None


@functools.cache
def registry() -> tuple[Section, ...]:
    """All sections in page order. Raises ``ValueError`` where a module's section has another name than the module."""
    found: list[Section] = []
    for module in pkgutil.iter_modules(__path__):
        section: Section = importlib.import_module(f"{__name__}.{module.name}").SECTION
        if section.name != module.name:
            raise ValueError(f"reports/sections/{module.name}.py defines a section named {section.name}")
        found.append(section)
    return tuple(sorted(found, key=lambda s: (s.order, s.name)))
