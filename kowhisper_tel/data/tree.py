"""Tree: the files below a corpus's folder as they lie there, and what of it cannot be read."""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Tree:
    """``files``: name below the folder (NFC, ``/``), path, and size in bytes. ``unreadable``: the names of the rest.

    Unreadable are links that lead nowhere, special files, and what the user may not read.
    """

    files: list[tuple[str, Path, int]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def tree(root: Path) -> Tree:
    """Walk a folder. Hidden files are left out; links to folders are followed, each folder once."""
    found, seen = Tree(), set()

    def refuse(problem: OSError) -> None:
        found.unreadable.append(_below(root, str(problem.filename)))

    for folder, folders, files in os.walk(root, followlinks=True, onerror=refuse):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for name in files:
            if not is_hidden(name):
                path = Path(folder, name)
                size = _size(path)
                if size is None:
                    found.unreadable.append(_below(root, str(path)))
                else:
                    found.files.append((_below(root, str(path)), path, size))
    found.files.sort()
    found.unreadable.sort()
    return found


def is_hidden(name: str) -> bool:
    """Dot files, and the copies of resource forks that macOS puts into zips."""
    return name.startswith((".", "__MACOSX/")) or "/." in name or "/__MACOSX/" in name or name == "__MACOSX"


def plain_name(name: str) -> str:
    """A name of the file system as text: NFC; cp949 where it is no UTF-8, as where ``unzip`` left it so."""
    if not is_text(name):
        raw = os.fsencode(name)
        try:
            name = raw.decode("cp949")
        except UnicodeDecodeError:
            name = raw.decode("utf-8", "replace")
    return unicodedata.normalize("NFC", name)


def is_text(name: str) -> bool:
    """Whether a name of the file system is UTF-8, as JSON and most libraries need it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _below(root: Path, path: str) -> str:
    return plain_name(os.path.relpath(path, root).replace(os.sep, "/"))


def _size(path: Path) -> int | None:
    """``None`` for what is no file that may be read."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) and os.access(path, os.R_OK) else None
