"""Csvs: the sections' tables as CSV that spreadsheets open right: UTF-8 with BOM, and no cell acts as a formula."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from kowhisper_tel.core.files import atomic
from kowhisper_tel.korean.fold import UNSEEN
from reports.sections import Table, registry
from reports.view import View

Cell = str | int | float | None
RISKY = tuple("=+-@\t\r\n＝＋－＠﹢﹣﹦﹫−")
"""A text cell that begins so may be run as a formula (OWASP, CSV injection); the wide forms in East Asian locales."""
_UNSEEN = re.compile(r"[\s\x00-\x20\x7f-\xa0" + UNSEEN + "]*")
"""What a program may take away before it looks at a cell."""


def write(view: View, folder: Path) -> list[Path]:
    """Write ``NAME.csv`` for every section that has a table; each file appears whole or not at all."""
    written: list[Path] = []
    for section in registry():
        path = folder / f"{section.name}.csv"
        if section.name not in view.sections:
            path.unlink(missing_ok=True)  # of an earlier report, which may have masked nothing
        elif section.table:
            with atomic(path) as file:
                file.write(text(section.table(view.sections[section.name])).encode("utf-8-sig"))
            written.append(path)
    return written


def text(table: Table) -> str:
    """The table as CSV (RFC 4180: CRLF, quotes where needed). Numbers stay numbers; texts that could act are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(name) for name in table.columns])
    writer.writerows([safe(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def safe(cell: Cell) -> str | int | float:
    """A cell that no spreadsheet runs: a risky text gets a leading apostrophe, nothing becomes an empty cell."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and is_risky(cell) else cell


def is_risky(text: str) -> bool:
    """Whether a text, or what is left of it without blanks and unseen characters in front, begins as a formula."""
    return text.startswith(RISKY) or text[_UNSEEN.match(text).end() :].startswith(RISKY)  # type: ignore[union-attr]
