"""Csvs: the sections' tables as CSV that spreadsheets open right: UTF-8 with BOM, and no cell acts as a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from kowhisper_tel.core.files import atomic
from reports.sections import Table, registry
from reports.view import View

Cell = str | int | float | None
RISKY = tuple("=+-@\t\r\n＝＋－＠")
"""A text cell that begins so may be run as a formula (OWASP, CSV injection); the wide forms in East Asian locales."""


def write(view: View, folder: Path) -> list[Path]:
    """Write ``NAME.csv`` for every section that has a table; each file appears whole or not at all."""
    written: list[Path] = []
    for section in registry():
        if section.table and section.name in view.sections:
            path = folder / f"{section.name}.csv"
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
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell
