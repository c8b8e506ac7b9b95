"""Files written whole or not at all, and the records that say a stage is complete."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """Open a binary file that takes its name only when the block ends well.

    The parent folder is made. An error in the block leaves no file, and an earlier one untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{uuid.uuid4().hex}.new")
    try:
        with new.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Delete what ``atomic`` left in a folder when its process was killed. Nobody else may be writing there."""
    for file in folder.glob(f".{'[0-9a-f]' * 32}.new"):
        file.unlink()


def standing(path: Path) -> Path:
    """The folder itself if it is there, else the nearest above it that is."""
    return next(folder for folder in (path, *path.absolute().parents) if folder.is_dir())


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, atomically."""
    with atomic(path) as file:
        file.write(text.encode())


def write_json(path: Path, value: Any) -> None:
    """Write readable JSON with Hangul as it is, atomically."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines of UTF-8 text, atomically, without holding them all."""
    with atomic(path) as file:
        for line in lines:
            file.write(line.encode())
            file.write(b"\n")


def to_disk(file: Path) -> None:
    """Have what was written into a file outlast a power cut."""
    with file.open("rb") as written:
        os.fsync(written.fileno())


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """Read an append-only JSONL file; a last line that a killed writer left unfinished is passed over."""
    if not path.is_file():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [json.loads(line) for line in whole.splitlines() if line.strip()]


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(value: Any) -> str:
    """A short stable hash (16 hex digits) of anything JSON can say."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def mark_complete(folder: Path, inputs: Any) -> None:
    """Say that a stage's folder is whole, and which inputs it was made from."""
    write_json(folder / "complete.json", {"inputs": fingerprint(inputs)})


def is_complete(folder: Path, inputs: Any) -> bool:
    """Whether ``mark_complete`` was called for this folder with these inputs."""
    record = folder / "complete.json"
    if not record.is_file():
        return False
    return bool(json.loads(record.read_text(encoding="utf-8"))["inputs"] == fingerprint(inputs))
