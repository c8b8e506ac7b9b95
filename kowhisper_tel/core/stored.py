"""StoredUtterances: the lines of a manifest that is too large to hold, each read when it is asked for."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np

from kowhisper_tel.core import manifest_lines
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance

BOM = b"\xef\xbb\xbf"


class StoredUtterances(Sequence[Utterance]):
    """Utterances of a JSONL file by their places in it: eight bytes each, and sixteen while they are looked through.

    It can be sent to another process, which opens the file anew. A file that has changed since is refused: raises
    ``UserError`` (``manifest.changed``).
    """

    def __init__(self, path: Path) -> None:
        """Look every line through. Raises ``UserError`` as ``Manifest.read`` does."""
        self._path = path
        self._stamp = _stamp(path)
        self._starts = array("q")
        hashes = array("Q")
        for start, number, line in self._lines():
            utterance = manifest_lines.parse(_text(line, path, start), path, number)
            self._starts.append(start)
            hashes.append(_hash(utterance.id))
        if not self._starts:
            raise UserError("manifest.empty", path=path)
        self._check_twice(np.frombuffer(hashes, np.uint64))
        self._starts.append(self._stamp[0])
        self._file: int | None = None

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> Utterance: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Utterance]: ...
    def __getitem__(self, place: int | slice) -> Utterance | Sequence[Utterance]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        start = self._starts[place]
        # A read at a place: processes that were forked share the file's position.
        line = os.pread(self._opened(), self._starts[place + 1] - start, start)
        return manifest_lines.parse(line, self._path, place + 1)

    def __iter__(self) -> Iterator[Utterance]:
        self._opened()  # which sees whether the file is what it was
        for _, number, line in self._lines():
            yield manifest_lines.parse(line, self._path, number)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_file": None}

    def __del__(self) -> None:
        if getattr(self, "_file", None) is not None:
            os.close(self._file)  # type: ignore[arg-type]

    def _opened(self) -> int:
        if _stamp(self._path) != self._stamp:
            raise UserError("manifest.changed", path=self._path)
        if self._file is None:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        return self._file

    def _lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Where each line that holds something begins, its number, and the line."""
        with self._path.open("rb") as file:
            start = len(BOM) if file.read(len(BOM)) == BOM else 0
            file.seek(start)
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield start, number, line
                start += len(line)

    def _check_twice(self, hashes: Any) -> None:
        """Raise ``UserError`` (``manifest.duplicate``) where two lines have one id. Ids are told apart by their hashes,
        and those with one hash by themselves.
        """
        ordered = np.sort(hashes)
        doubtful = set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
        if not doubtful:
            return
        seen: dict[str, int] = {}
        for _, number, line in self._lines():
            identity = manifest_lines.parse(line, self._path, number).id
            if identity in seen:
                facts = {"line": number, "id": identity, "first": seen[identity]}
                raise UserError("manifest.duplicate", path=self._path, **facts)
            if _hash(identity) in doubtful:
                seen[identity] = number


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return -1, -1
    return found.st_size, found.st_mtime_ns


def _hash(identity: str) -> int:
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "little")


def _text(line: bytes, path: Path, start: int) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as problem:
        raise UserError("manifest.encoding", path=path, position=start + problem.start) from None
