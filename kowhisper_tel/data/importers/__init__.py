"""The importers: one file each, found by name. A file here defines ``IMPORTER``; nothing else lists it.

An importer walks a corpus in a fixed order and yields an ``Entry`` or a ``Reject`` for every labelled stretch that it
comes by, never skipping one in silence. It does not open audio: ``prepare`` checks that. It raises ``UserError`` only
where the corpus as a whole cannot be read.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.labelled import KEEP_SPLITS, Layout
from kowhisper_tel.data.sources import Stamp, folder_stamps

Read = Callable[[str | None, Mapping[str, Any]], Iterator[Entry | Reject]]
"""Walks one corpus: its path as the config has it (a file, a folder, a hub id, or nothing), and the options."""


Stamps = Callable[[str, Mapping[str, Any]], Iterable[Stamp | str]]
"""Tells what the files of a corpus are, none where there are none: its path, and the options. Raises nothing."""

Recognises = Callable[[CorpusFiles], int]
"""Tells how many label files (or the like) of a folder look like this corpus's, by their names and a few of them."""


@dataclass(frozen=True)
class Importer:
    """One kind of corpus: its name in a config, what it reads, its options (name to meaning) and its reader.

    ``stamps`` lets a change of the corpus's files show; one that has no files on this machine needs none.
    ``label_stamps`` does so for the labels alone, where the audio's stamps cost a look at every recording. Of several
    importers that recognise a folder the one of the higher ``rank`` is proposed: one corpus's before one of any.
    ``licence`` states the terms of use of a corpus that is always the same.
    """

    kind: str
    reads: str
    options: Mapping[str, str]
    read: Read
    stamps: Stamps | None = None
    label_stamps: Stamps | None = None
    recognises: Recognises | None = None
    rank: int = 0
    synthetic: bool = False
    wants_path: bool = True
    licence: str | None = None

    def entries(self, path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
        """``read``, after the path and the options' names are checked.

        Raises ``UserError``: ``prepare.no_path``, ``prepare.option``, and what the importer raises.
        """
        if self.wants_path and not path:
            raise UserError("prepare.no_path", kind=self.kind, reads=self.reads)
        for name in options:
            if name not in self.options:
                raise UserError("prepare.option", kind=self.kind, name=name, known=", ".join(self.options) or "-")
        return self.read(path, options)


def of_layout(
    layout: Layout,
    reads: str,
    options: Mapping[str, str] | None = None,
    *,
    read: Read | None = None,
    recognises: Recognises | None = None,
) -> Importer:
    """The importer of a corpus whose labels lie in files of a ``Layout``, with ``keep_splits`` among its options.

    ``read`` and ``recognises`` stand in for the layout's own where a corpus has labels of two layouts.
    """
    default = "true" if layout.keeps_splits else "false"
    keep_splits = f"true: keep the corpus's own train, validation and test parts (default: {default})"
    return Importer(
        kind=layout.kind,
        reads=reads,
        options={KEEP_SPLITS: keep_splits} | dict(options or {}),
        read=read or layout.read,
        stamps=folder_stamps,
        recognises=recognises or layout.recognises,
        rank=1,
    )


@functools.cache
def importers() -> dict[str, Importer]:
    """All importers by kind, in order of their names."""
    found: dict[str, Importer] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        importer: Importer = importlib.import_module(f"{__name__}.{module.name}").IMPORTER
        if importer.kind in found:
            raise ValueError(f"two importers are called {importer.kind}")
        found[importer.kind] = importer
    return found


def get(kind: str) -> Importer:
    """The importer of a kind. Raises ``UserError`` ``prepare.kind``, with the near name."""
    known = importers()
    if kind not in known:
        near = difflib.get_close_matches(kind, known, 1, 0.4)
        raise UserError("prepare.kind", kind=kind, known=", ".join(known), near=near[0] if near else "-")
    return known[kind]
