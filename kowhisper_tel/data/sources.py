"""Sources: what the files of a corpus are, so that a later change of them shows."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kowhisper_tel.core.files import fingerprint
from kowhisper_tel.data.tree import plain_name

Stamp = tuple[str, int, int]
"""A file's name, its size in bytes and when it was last written to, in ns. The latter two are −1 for one not there."""


def stamp(file: Path, name: str) -> Stamp:
    """The stamp of a file, which is not opened."""
    try:
        found = file.stat()
    except (OSError, ValueError):  # not there, or of a name that no file can have: reading it says which
        return name, -1, -1
    if not stat.S_ISREG(found.st_mode):
        return name, -1, -1
    return name, found.st_size, found.st_mtime_ns


def folder_stamps(path: str, options: Mapping[str, Any]) -> list[Stamp]:
    """The stamps of all files below a folder but hidden ones and the caches that ``datasets`` lays there; or of a file.

    None where there is no such folder, as with a hub id. The options of a corpus change none of it.
    """
    del options
    root = Path(path)
    if root.is_file():
        return [stamp(root, root.name)]
    inside = ((file, file.relative_to(root)) for file in root.rglob("*") if file.is_file())
    return sorted(
        stamp(file, plain_name(name.as_posix()))
        for file, name in inside
        if not any(part.startswith(".") for part in name.parts) and not name.name.startswith("cache-")
    )


def digest(stamps: Iterable[Stamp | str]) -> str:
    """A short hash of stamps and of hashes of contents, in their order."""
    return fingerprint([list(found) if isinstance(found, tuple) else found for found in stamps])
