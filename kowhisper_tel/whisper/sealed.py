"""Seal: which files an exported model is made of, so that one changed since is never taken for it.

The record is ``export.json`` in the model's folder. The model card beside it may be edited; nothing else may. Files
whose names begin with a dot are others' (git's, the hub's, a file manager's), and no tool reads them with the model.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, sha256, write_json
from kowhisper_tel.whisper.folders import CONTENTS

SEAL = "export.json"
CARD = "README.md"
UNSEALED = (SEAL, CARD, CONTENTS)
"""What decides nothing of a model's output."""


@dataclass(frozen=True)
class Seal:
    """What an exported folder is.

    ``format``: ``safetensors``, or ``ct2-int8`` and the like. ``source``: hash of the trained model
    (``ct2.model_hash``). ``weights``: the number format that the weights are stored in. ``files``: SHA-256 by name.
    """

    format: str
    source: str
    weights: str
    files: Mapping[str, str]

    @property
    def hash(self) -> str:
        """A short hash of all files."""
        return fingerprint(self.files)


def write(folder: Path, format: str, source: str, weights: str) -> Seal:
    """Seal a folder as it is now."""
    seal = Seal(format, source, weights, {name: sha256(folder / name) for name in _names(folder)})
    write_json(folder / SEAL, asdict(seal))
    return seal


def read(folder: Path) -> Seal | None:
    """The seal of an exported folder; ``None`` for any other. Raises ``UserError`` (``export.seal``) if unreadable."""
    file = folder / SEAL
    if not file.is_file():
        return None
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return Seal(**{**record, "files": dict(record["files"])})
    except (ValueError, TypeError, KeyError):
        raise UserError("export.seal", folder=folder, file=SEAL) from None


def check(folder: Path) -> Seal | None:
    """The seal of a folder that still is what it says; ``None`` where there is none.

    Raises ``UserError``: ``export.changed`` naming the files that are others now, missing or new, ``export.seal``.
    """
    seal = read(folder)
    if seal is None:
        return None
    known, found = seal.files, _names(folder)
    changed = [name for name in found if name not in known or _hash(folder / name) != known[name]]
    changed += [name for name in known if name not in found]
    if changed:
        raise UserError("export.changed", folder=folder, files=", ".join(sorted(changed)))
    return seal


def is_converted(folder: Path) -> bool:
    """Whether this is an exported folder in CTranslate2's form."""
    return (folder / SEAL).is_file() and (folder / "model.bin").is_file()


def _names(folder: Path) -> list[str]:
    files = (file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*")) if file.is_file())
    return [name for name in files if name not in UNSEALED and "/." not in f"/{name}"]


def _hash(file: Path) -> str:
    stat = file.stat()
    return _hash_of(file, stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=256)
def _hash_of(file: Path, _size: int, _time_ns: int) -> str:
    """Of a file as it was then: weights are of gigabytes, and asked for often."""
    return sha256(file)
