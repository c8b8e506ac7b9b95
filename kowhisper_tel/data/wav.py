"""WAV headers, for the one thing that libsndfile keeps to itself: how much of a file that was cut short is missing."""

from __future__ import annotations

import struct
from pathlib import Path

STREAMED = 0x7FFF0000
"""Writers that don't know the length yet state none, or one of about 2 or 4 GiB."""


def missing_s(path: Path) -> float:
    """How many seconds of audio a WAV file promises in its header beyond what it holds; 0 for what is no WAV file.

    Chunks are as in Microsoft's and IBM's Multimedia Programming Interface 1.0 (1991), RIFF WAVE.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(12)[:4] != b"RIFF":
            return 0.0
        bytes_per_s = 0
        while len(head := file.read(8)) == 8:
            kind, length = struct.unpack("<4sL", head)
            if kind == b"data":
                promised = length if length < STREAMED else 0
                return max(0, promised - (size - file.tell())) / bytes_per_s if bytes_per_s else 0.0
            start = file.tell()
            if kind == b"fmt " and length >= 12:
                bytes_per_s = struct.unpack("<L", file.read(12)[8:])[0]
            file.seek(start + length + length % 2)
    return 0.0
