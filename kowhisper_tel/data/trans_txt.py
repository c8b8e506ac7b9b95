"""Transcript lists as LibriSpeech has them: ``<name>.trans.txt`` beside the recordings, a line an id and its text."""

from __future__ import annotations

from collections.abc import Callable

from kowhisper_tel.data.corpus_files import CorpusFile
from kowhisper_tel.data.importers import Importer, of_layout
from kowhisper_tel.data.labelled import Label, Layout, Line, Stretch, lines
from kowhisper_tel.data.metadata import own_split


def is_list(file: CorpusFile) -> bool:
    """Whether a file is called as such a list is."""
    return file.name.casefold().endswith(".trans.txt")


def importer(
    kind: str,
    reads: str,
    stretch: Callable[[Label, Line], Stretch],
    split_of: Callable[[str], str | None] | None = None,
) -> Importer:
    """The importer of a corpus of such lists. ``split_of`` tells the corpus's own part of a list, which is kept."""
    layout = Layout(
        kind=kind,
        stretches=lambda label: list(label.data),
        stretch=stretch,
        suffixes=(".txt",),
        is_label=is_list,
        parse=lines,
        unit="line",
        keeps_splits=split_of is not None,
        split_of=split_of or own_split,
    )
    return of_layout(layout, reads)


def split(line: Line) -> tuple[str, str]:
    """A line's id and its text, which is empty where the id stands alone."""
    identity, *text = line.text.split(maxsplit=1)
    return identity, "".join(text).strip()
