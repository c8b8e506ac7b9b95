"""Figures: the report's charts as pictures that stand alone, for a README, a paper or slides."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from kowhisper_tel.core.files import atomic, write_text
from reports.charts import alone, bars
from reports.sections import registry
from reports.sections.bars import Bars
from reports.text import say
from reports.view import View

LANGUAGES = ("ko", "en")


def headline_svg(view: View, language: str = "en", width: int = 880) -> str:
    """The CER of every suite (of every stratum, where suites are many) and model as a standalone SVG in one language.

    Raises ``KeyError`` where nothing was evaluated.
    """
    data = cast(Bars, view.sections["bars"])
    style = alone.style("bars")
    return str(bars.draw(data.groups, data.legend, say("bars.label"), width=width, language=language, style=style))


def drawn(view: View, language: str) -> Iterator[tuple[str, str]]:
    """Every chart of every section in one language: its file name without suffix, and the SVG."""
    for section in registry():
        if section.figures and section.name in view.sections:
            yield from section.figures(view.sections[section.name], language).items()


def write(view: View, path: Path, language: str = "en") -> None:
    """Write the headline chart, atomically; nothing where nothing was evaluated."""
    if "bars" in view.sections:
        write_text(path, headline_svg(view, language) + "\n")


def write_all(view: View, folder: Path) -> bool:
    """Every chart as ``NAME.ko.svg`` and ``NAME.en.svg``, and as PNG where resvg is installed; says whether it is.

    PNGs are on white, at twice the size, with the machine's own fonts: Hangul needs a Korean one (Noto Sans CJK, say).
    """
    made = [(f"{name}.{language}", svg) for language in LANGUAGES for name, svg in drawn(view, language)]
    paints = can_paint()
    for name, svg in made:
        write_text(folder / f"{name}.svg", svg + "\n")
        if paints:
            with atomic(folder / f"{name}.png") as file:
                file.write(png(svg))
    return paints


def can_paint() -> bool:
    """Whether resvg is there to make PNGs."""
    return importlib.util.find_spec("resvg_py") is not None


def png(svg: str) -> bytes:
    """An SVG of ours as a PNG. Raises ``ImportError`` without resvg (``pip install resvg-py``)."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", zoom=2.0))
