"""Checkpoints: only one that is whole, unchanged and of this very training is ever resumed from.

A checkpoint is a folder that the trainer fills; last of all it gets a seal, with the hash of every file and of what the
training was begun with. A folder without a seal was being written when the run died; one that does not match its seal
is damaged. Nothing of a folder is loaded before its seal is checked.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.files import fingerprint, read_json_lines, sha256, to_disk, write_json

SEAL = "seal.json"
COUNTS = "counts.json"
"""In a checkpoint: what the training had counted by then (see ``write_counts``)."""
PASSED_OVER = "passed_over.jsonl"
"""Beside the checkpoints: those that were not resumed from, until the training is finished."""

_NAME = re.compile(r"checkpoint-(\d+)")
_TOLD = {
    "unfinished": "train.checkpoint_unfinished",
    "damaged": "train.checkpoint_damaged",
    "unserved": "train.checkpoint_unserved",
}


@dataclass(frozen=True)
class PassedOver:
    """A checkpoint that is not resumed from, because it is ``unfinished``, ``damaged`` or ``unserved``.

    ``file`` is what told so. An unserved one is whole, but weights measured before it, which might be chosen, are not.
    """

    checkpoint: str
    reason: str
    file: str

    def __str__(self) -> str:
        """A line for people, in the language of messages."""
        return message(_TOLD[self.reason], asdict(self))


def seal(folder: Path, inputs: str = "") -> None:
    """Say that a checkpoint is whole, and by ``inputs`` (a fingerprint) what it was trained with."""
    hashes = {}
    for name in _files(folder):
        to_disk(folder / name)
        hashes[name] = sha256(folder / name)
    record = {"inputs": inputs, "step": steps(folder), "files": hashes}
    write_json(folder / SEAL, record | {"seal": fingerprint(record)})


def is_whole(folder: Path) -> bool:
    """Whether a checkpoint has its seal and holds just the files that it names, each as it was."""
    return _flaw(folder) is None


def steps(folder: Path) -> int:
    """The step a checkpoint was taken after."""
    return int(folder.name.rpartition("-")[2])


def sealed(checkpoints: Path) -> list[int]:
    """The steps of all checkpoints that have a seal, the newest first."""
    return [steps(folder) for folder in _all(checkpoints) if (folder / SEAL).is_file()]


def choose(
    checkpoints: Path, inputs: str, serves: Callable[[int], bool] | None = None
) -> tuple[Path | None, list[PassedOver]]:
    """The newest whole checkpoint, if there is one, and the newer ones that were passed over: these are deleted.

    ``serves`` says of a step whether what else a resume from it needs is there.

    Raises ``UserError`` (``train.checkpoint_foreign``) where it belongs to another training: its inputs differ.
    """
    flawed: list[PassedOver] = []
    chosen = None
    for folder in _all(checkpoints):
        flaw = _flaw(folder)
        if flaw is None and serves and not serves(steps(folder)):
            flaw = PassedOver(folder.name, "unserved", "candidates")
        if flaw is None:
            chosen = folder
            break
        flawed.append(flaw)
    if chosen and _read(chosen)["inputs"] != inputs:
        raise UserError("train.checkpoint_foreign", folder=chosen)
    if flawed:
        with (checkpoints / PASSED_OVER).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(one)) + "\n" for one in flawed)
        for one in flawed:
            remove(checkpoints / one.checkpoint)
    return chosen, flawed


def passed_over(checkpoints: Path) -> list[dict[str, Any]]:
    """All that ``choose`` has ever passed over here, as JSON objects."""
    return read_json_lines(checkpoints / PASSED_OVER)


def prune(checkpoints: Path, keep: int) -> None:
    """Delete all but the newest ``keep`` sealed checkpoints, and all folders without a seal."""
    sealed = [folder for folder in _all(checkpoints) if (folder / SEAL).is_file()][: max(keep, 1)]
    for folder in _all(checkpoints):
        if folder not in sealed:
            remove(folder)


def write_counts(folder: Path, counts: Mapping[str, int]) -> None:
    """Keep what a training has counted so far with its checkpoint, so that a resume counts on."""
    write_json(folder / COUNTS, dict(counts))


def read_counts(folder: Path) -> dict[str, int]:
    """What ``write_counts`` kept."""
    counts: dict[str, int] = json.loads((folder / COUNTS).read_text(encoding="utf-8"))
    return counts


def _flaw(folder: Path) -> PassedOver | None:
    """Why a checkpoint is not to be resumed from, or ``None``."""
    if not (folder / SEAL).is_file():
        return PassedOver(folder.name, "unfinished", SEAL)
    try:
        record = _read(folder)
        if record.pop("seal") != fingerprint(record) or record["step"] != steps(folder):
            return PassedOver(folder.name, "damaged", SEAL)
        hashes, found = record["files"], _files(folder)
        changed = [name for name in hashes if name not in found or sha256(folder / name) != hashes[name]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # unreadable, not JSON, or of another form
        return PassedOver(folder.name, "damaged", SEAL)
    strange = [*changed, *(name for name in found if name not in hashes)]
    return PassedOver(folder.name, "damaged", strange[0]) if strange else None


def _read(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    return record


def _files(folder: Path) -> list[str]:
    files = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    return sorted(name for name in files if name != SEAL)


def remove(folder: Path) -> None:
    """Delete a sealed folder, if it is there. The seal goes first: half deleted, it must not look whole."""
    (folder / SEAL).unlink(missing_ok=True)
    if folder.is_dir():
        shutil.rmtree(folder)


def _all(checkpoints: Path) -> list[Path]:
    found = (folder for folder in checkpoints.glob("checkpoint-*") if _NAME.fullmatch(folder.name) and folder.is_dir())
    return sorted(found, key=steps, reverse=True)
