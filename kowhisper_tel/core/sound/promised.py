"""Promised: what the headers of simple containers state, beside what is there; libsndfile takes what there is.

AIFF-C (Apple, 1991), EBU Tech 3306 (RF64), Sony Wave64, Sun's AU, Apple's Core Audio Format 1.0, NIST SPHERE.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

MOST_CHUNKS = 4096
UNKNOWN_32, UNKNOWN_64 = 2**32 - 1, 2**64 - 1
"""Lengths that stand for: to the end of the file (AU, CAF), or for one that is stated elsewhere (RF64)."""
MOST_TEXT = 2**16


class Promised(NamedTuple):
    """Bytes of samples that a header states, and those that are there."""

    stated: int
    held: int

    @property
    def is_cut(self) -> bool:
        """Whether some are missing."""
        return self.held < self.stated


class _Chunks(NamedTuple):
    """Where chunks begin, how each is headed, whether its length counts the head, and to what it is padded."""

    begin: int
    head: struct.Struct
    with_head: bool
    padded_to: int
    samples: bytes


CHUNKS = {
    b"FORM": _Chunks(12, struct.Struct(">4sL"), False, 2, b"SSND"),
    b"RF64": _Chunks(12, struct.Struct("<4sL"), False, 2, b"data"),
    b"riff": _Chunks(40, struct.Struct("<4s12xQ"), True, 8, b"data"),
    b"caff": _Chunks(8, struct.Struct(">4sQ"), False, 1, b"data"),
}


def promised(path: Path) -> Promised | None:
    """Of an AIFF, RF64, W64, AU, CAF or NIST file; ``None`` of any other, and where no length is stated."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(12)
        if start[:4] in CHUNKS:
            found = _in_chunks(file, CHUNKS[start[:4]], size)
        elif start[:4] in (b".snd", b"dns.") and len(start) == 12:
            found = struct.unpack(">LL" if start[:4] == b".snd" else "<LL", start[4:])
        else:
            found = _in_text(file) if start.startswith(b"NIST_1A") else None
    if found is None or found[1] in (UNKNOWN_32, UNKNOWN_64) or min(found) < 0:
        return None
    at, stated = found
    return Promised(stated, max(0, min(stated, size - at)))


def _in_chunks(file: BinaryIO, chunks: _Chunks, size: int) -> tuple[int, int] | None:
    """Where the samples begin, and their bytes."""
    file.seek(chunks.begin)
    elsewhere = None
    for _ in range(MOST_CHUNKS):
        head = file.read(chunks.head.size)
        if len(head) < chunks.head.size:
            break
        kind, length = chunks.head.unpack(head)
        at, length = file.tell(), length - chunks.head.size * chunks.with_head
        if kind == chunks.samples:
            return at, elsewhere if elsewhere is not None and length == UNKNOWN_32 else length
        if kind == b"ds64" and len(sizes := file.read(16)) == 16:
            (elsewhere,) = struct.unpack("<8xQ", sizes)
        if not 0 <= length <= size:
            break
        file.seek(at + length + -length % chunks.padded_to)
    return None


def _in_text(file: BinaryIO) -> tuple[int, int] | None:
    """The same of NIST's header: lines of a name, a type and a value, as long as its second line says."""
    file.seek(0)
    lines = file.read(MOST_TEXT).split(b"end_head")[0].decode("ascii", "replace").splitlines()
    fields = {words[0]: words[2] for line in lines if len(words := line.split()) == 3}
    try:
        counts = [int(fields[name]) for name in ("sample_count", "channel_count", "sample_n_bytes")]
        return int(lines[1]), counts[0] * counts[1] * counts[2]
    except (IndexError, KeyError, ValueError):
        return None
