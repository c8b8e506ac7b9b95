"""Files written whole or not at all, and the records that say a stage is complete."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.lines import DamagedLineError, each_opened, sealed

COMPLETE = "complete.json"
"""In a stage's folder, once it is whole: what it was made from, and the SHA-256 of what it holds."""


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


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(value: Any) -> str:
    """A short stable hash (16 hex digits) of anything JSON can say."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def fingerprint_of(values: Iterable[Any]) -> str:
    """``fingerprint`` of the list of these values, which need not all be there at once."""
    digest, before = hashlib.blake2b(digest_size=8), b"["
    for value in values:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest.update(before + text.encode())
        before = b","
    digest.update(b"[]" if before == b"[" else b"]")
    return digest.hexdigest()


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """Read an append-only JSONL file; a last line that a killed writer left unfinished is passed over.

    Seals are checked and taken off. Raises ``DamagedLineError`` (a ``ValueError``) for a line that is damaged.
    """
    found = []
    for number, (line, record) in enumerate(each_opened(path.read_bytes() if path.is_file() else b""), 1):
        if record is not None:
            found.append(record)
        elif line.strip():
            raise DamagedLineError(f"line {number} is damaged")
    return found


def append_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Add sealed lines to a file. They outlast a power cut when this returns."""
    with path.open("ab") as file:
        file.write(b"".join(map(sealed, records)))
        file.flush()
        os.fsync(file.fileno())


def mark_complete(folder: Path, inputs: Any, files: Iterable[Path] | None = None) -> None:
    """Say that a stage's folder is whole, which inputs it was made from, and what its files hold.

    ``files`` are those that must stay as they are; all in the folder where none are given.
    """
    named = sorted(path for path in (folder.rglob("*") if files is None else files) if path.is_file())
    hashes = {path.relative_to(folder).as_posix(): sha256(path) for path in named if path != folder / COMPLETE}
    record = {"inputs": fingerprint(inputs), "files": hashes}
    write_json(folder / COMPLETE, record | {"seal": fingerprint(record)})


def is_complete(folder: Path, inputs: Any) -> bool:
    """Whether ``mark_complete`` was called for this folder with these inputs. Raises as ``check_complete`` does."""
    record = _record(folder)
    if record is None or record["inputs"] != fingerprint(inputs):
        return False
    check_complete(folder)
    return True


def changed_since(folder: Path) -> list[str]:
    """The files of a folder that were others when it was marked complete; the record's own name where it is damaged.

    A record made before there were hashes in it has none to check.
    """
    try:
        hashes = (_record(folder) or {}).get("files", {})
    except UserError:
        return [COMPLETE]
    return [name for name, digest in hashes.items() if not _holds(folder / name, digest)]


def check_complete(folder: Path) -> None:
    """Raise ``UserError`` (``complete.damaged``) where a folder that was marked complete is not as it was then."""
    if changed := changed_since(folder):
        raise UserError("complete.damaged", folder=folder, count=len(changed), files=", ".join(changed[:3]))


def _record(folder: Path) -> dict[str, Any] | None:
    file = folder / COMPLETE
    if not file.is_file():
        return None
    try:
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        seal = record.pop("seal", None)
        if record.keys() == {"inputs"} or seal == fingerprint(record):
            return record
    except (ValueError, AttributeError):
        pass
    raise UserError("complete.damaged", folder=folder, count=1, files=COMPLETE)


def _holds(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path) == digest
