"""Tables: TSV and CSV text as rows. A line is a row, so that no open quote takes the next lines in."""

from __future__ import annotations

import csv
from typing import Literal

from kowhisper_tel.data.corpus_files import CorpusFile
from kowhisper_tel.data.labelled import lines

PARTS = ("train.tsv", "dev.tsv", "test.tsv")
"""What tables of a corpus's published parts are called."""


def is_part(file: CorpusFile) -> bool:
    """Whether a file is the table of one of the published parts."""
    return file.name.rpartition("/")[2] in PARTS


def cells(text: str, delimiter: str = "\t") -> list[list[str]]:
    """The cells of each line that holds something, none for a line whose quotes are not in order. TSV knows no quotes.

    >>> cells("a.wav,'네'", ",")
    [['a.wav', "'네'"]]
    """
    return [_row(line.text, delimiter) for line in lines(text)]


def records(text: str, delimiter: str = "\t") -> list[dict[str, str]]:
    """The rows by the names of the head line, an empty one for a row that has more or fewer cells than it."""
    head, *rows = cells(text, delimiter) or [[]]
    return [dict(zip(head, row, strict=True)) if len(row) == len(head) else {} for row in rows]


def _row(line: str, delimiter: str) -> list[str]:
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    try:
        return next(csv.reader([line.removesuffix("\r")], delimiter=delimiter, quoting=quoting, strict=True))
    except csv.Error:
        return []
