"""Figures: charts of the report as pictures that stand alone, for a README or a paper."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from kowhisper_tel.core.files import write_text
from reports.charts import bars
from reports.sections.bars import Bars
from reports.text import say
from reports.view import View

STYLE = """
.ink{fill:#1b1d21}.soft{fill:#596170}.grid{stroke:#dfe2e6}.cut{stroke:#fff;stroke-width:2;fill:none}
.m-base{fill:#6f7785}.m-control{fill:#c2740a}.m-candidate{fill:#0b62a8}
.m-x1{fill:#0f7f63}.m-x2{fill:#9c4a86}.m-x3{fill:#a63a12}.m-x4{fill:#4d4d4d}
@media (prefers-color-scheme:dark){.ink{fill:#e8eaed}.soft{fill:#a5adba}.grid{stroke:#333942}.cut{stroke:#14161a}
.m-base{fill:#98a1af}.m-control{fill:#eda53d}.m-candidate{fill:#5aaef2}
.m-x1{fill:#4fc3a1}.m-x2{fill:#d68cc3}.m-x3{fill:#f29c78}.m-x4{fill:#c4c4c4}}
"""
"""The page's colours; a viewer in dark mode gets the dark ones. The ground is left clear."""


def headline_svg(view: View, language: str = "en", width: int = 880) -> str:
    """The CER of every suite and model as a standalone SVG in one language.

    Raises ``KeyError`` where nothing was evaluated.
    """
    data = cast(Bars, view.sections["bars"])
    return str(bars.draw(data.groups, data.legend, say("bars.label"), width=width, language=language, style=STYLE))


def write(view: View, path: Path, language: str = "en") -> None:
    """Write the headline chart, atomically; nothing where nothing was evaluated."""
    if "bars" in view.sections:
        write_text(path, headline_svg(view, language) + "\n")
