"""Checkpoints: only one that is whole and unchanged is ever resumed from.

A checkpoint is a folder that the trainer fills; last of all it gets a seal with the hash of every file. A folder
without a seal was being written when the run died; one whose files don't match its seal is damaged.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from kowhisper_tel.core.files import sha256, write_json

SEAL = "seal.json"


def seal(folder: Path) -> None:
    """Say that a checkpoint is whole."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != SEAL)
    write_json(folder / SEAL, {str(file.relative_to(folder)): sha256(file) for file in files})


def is_whole(folder: Path) -> bool:
    """Whether a checkpoint has its seal and every file still matches it."""
    record = folder / SEAL
    if not record.is_file():
        return False
    hashes = json.loads(record.read_text(encoding="utf-8"))
    return all((folder / name).is_file() and sha256(folder / name) == digest for name, digest in hashes.items())


def steps(folder: Path) -> int:
    """The step a checkpoint was taken after."""
    return int(folder.name.rpartition("-")[2])


def newest(checkpoints: Path) -> Path | None:
    """The newest whole checkpoint, if there is one."""
    return next((folder for folder in _all(checkpoints) if is_whole(folder)), None)


def prune(checkpoints: Path, keep: int) -> None:
    """Delete all but the newest ``keep`` sealed checkpoints, and all older folders without a seal."""
    sealed = [folder for folder in _all(checkpoints) if (folder / SEAL).is_file()][: max(keep, 1)]
    for folder in _all(checkpoints):
        if folder not in sealed:
            # The seal goes first: a folder that is half deleted must not look whole.
            (folder / SEAL).unlink(missing_ok=True)
            shutil.rmtree(folder)


def _all(checkpoints: Path) -> list[Path]:
    return sorted(checkpoints.glob("checkpoint-*"), key=steps, reverse=True)
