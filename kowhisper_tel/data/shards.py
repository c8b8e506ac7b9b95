"""Shards: the files that a large corpus is divided into, in the order of their names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.core.errors import UserError


def shards(path: str, suffix: str) -> Iterator[tuple[Path, str]]:
    """A file, or all files below a folder that end in ``suffix``, each with its name there.

    Raises ``UserError`` (``shards.none``).
    """
    root = Path(path)
    if root.is_file():
        yield root, root.name
        return
    found = sorted(file for file in root.rglob(f"*{suffix}") if file.is_file())
    if not found:
        raise UserError("shards.none", path=path, suffix=suffix)
    for file in found:
        yield file, file.relative_to(root).as_posix()
