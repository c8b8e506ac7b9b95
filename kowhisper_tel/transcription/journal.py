"""Journal: which transcripts in an output folder are ours, of which recordings, and which of them are whole.

``transcribed.jsonl``: a line when a recording is begun, which claims the names of its files, and one when all of them
are written. A recording is known by its place as seen from the folder.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.lines import each_opened, sealed

JOURNAL = "transcribed.jsonl"


@dataclass(frozen=True)
class Entry:
    """What is known of a recording: the name of its files without suffix, and the suffixes that were claimed.

    ``stamp`` (``Input.stamp``) and ``settings`` (``Listener.settings``) are those it was transcribed with, once it is
    ``done``.
    """

    name: str
    formats: tuple[str, ...]
    done: bool = False
    stamp: tuple[int, int] = (0, 0)
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files."""
        return tuple(f"{self.name}.{suffix}" for suffix in self.formats)


def read_journal(folder: Path) -> dict[str, Entry]:
    """The latest entry of each recording, by its place; what was claimed once stays so.

    A line that is damaged says nothing: its recording is transcribed again, or its files are not taken for ours.
    """
    file = folder / JOURNAL
    found: dict[str, Entry] = {}
    for _, line in each_opened(file.read_bytes() if file.is_file() else b""):
        if line is None:
            continue
        before = found.get(line["source"])
        claimed = before.formats if before and before.name == line["name"] else ()
        formats = tuple(dict.fromkeys((*claimed, *line["formats"])))
        stamp = (line["size"], line["mtime_ns"]) if line["done"] else (0, 0)
        found[line["source"]] = Entry(line["name"], formats, line["done"], stamp, line.get("settings", {}))
    return found


class Journal:
    """The file, open for appending. A line is on its way to the disk when a method returns."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def begin(self, source: str, name: str, formats: Sequence[str]) -> None:
        """Claim the names of a recording's files."""
        self._append({"source": source, "name": name, "formats": list(formats), "done": False})

    def done(
        self, source: str, name: str, formats: Sequence[str], stamp: tuple[int, int], settings: Mapping[str, Any]
    ) -> None:
        """All of its files are whole."""
        size, mtime_ns = stamp
        line = {"source": source, "name": name, "formats": list(formats), "done": True}
        self._append({**line, "size": size, "mtime_ns": mtime_ns, "settings": dict(settings)})

    def _append(self, line: Mapping[str, Any]) -> None:
        self._file.write(sealed(line))
        self._file.flush()


@contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """The journal of a folder, which is made, held by one process alone. Raises ``UserError`` ``transcribe.locked``."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / JOURNAL).open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("transcribe.locked", path=folder) from None
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)  # a line that a killed process left unfinished
        yield Journal(file)
