"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kowhisper_tel.core.files import write_json

CONTENTS = "contents.json"
"""The record in such a folder: every file and its size in bytes, and what the folder was made from."""


@contextmanager
def atomic_folder(path: Path, made_from: str) -> Iterator[Path]:
    """A new folder to fill, which takes its name (and the place of an earlier one) when the block ends well.

    ``made_from`` is kept in the record that ``is_whole`` checks. An error in the block, or a killed process,
    leaves nothing under the name that was not there before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        new = scratch / "new"
        new.mkdir()
        yield new
        sizes = {file.relative_to(new).as_posix(): file.stat().st_size for file in _files(new)}
        write_json(new / CONTENTS, {"made_from": made_from, "sizes": sizes})
        for name in sizes:  # safetensors writes files that only their owner can read
            (new / name).chmod((new / CONTENTS).stat().st_mode)
        _swap(new, path, scratch / "old")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def is_whole(path: Path, made_from: str) -> bool:
    """Whether the folder was finished, from the same thing, and still holds every file at its full size."""
    import json

    record = path / CONTENTS
    if not record.is_file():
        return False
    contents = json.loads(record.read_text(encoding="utf-8"))
    sizes = contents["sizes"].items()
    return contents["made_from"] == made_from and all(_size(path / name) == size for name, size in sizes)


def cache_folder(cache: Path | None = None) -> Path:
    """Where made models are kept: ``cache``, else ``$KOWHISPER_CACHE``, else ``kowhisper_tel`` in the user's cache."""
    if cache is not None:
        return cache
    if os.environ.get("KOWHISPER_CACHE"):
        return Path(os.environ["KOWHISPER_CACHE"]).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "kowhisper_tel"


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else -1


def _swap(new: Path, path: Path, old: Path) -> None:
    # A folder cannot be renamed over one that has files, so the earlier one steps aside first.
    for _ in range(3):
        if path.exists():
            path.rename(old)
        try:
            new.rename(path)
            return
        except OSError:  # another process put its own there in between
            shutil.rmtree(old, ignore_errors=True)
    raise OSError(f"{path}: another process keeps writing this folder")
