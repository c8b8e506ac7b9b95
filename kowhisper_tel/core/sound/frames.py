"""Frames: files that are nothing but a row of frames and state no length: whether the last of them is whole.

MP3 (ISO/IEC 11172-3 and 13818-3), AAC in ADTS (ISO/IEC 13818-7), AMR (RFC 4867, section 5).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

LENGTHS = (b"Xing", b"Info", b"VBRI")
"""What the first frame of an MP3 file holds where it states how many follow."""
HEAD_BYTES = 6
LOOKED_AT = 256
RATES_HZ = (44_100, 48_000, 32_000)
KBITS = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates by whether it is MPEG-1, and the layer."""
AMR_NB = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
AMR_WB = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
"""Bytes of a frame by its type, the octet before it included."""

FrameBytes = Callable[[bytes], int]


def ends_within(path: Path) -> bool:
    """Whether a file ends within a frame. Of an MP3 file that states its length this is not asked."""
    size = path.stat().st_size
    with path.open("rb") as file:
        begin, frame_bytes = _begin(file)
        file.seek(begin)
        start = file.read(LOOKED_AT)
        if frame_bytes is _mpeg and any(mark in start for mark in LENGTHS):
            return False
        at = begin
        while at < size:
            file.seek(at)
            length = frame_bytes(file.read(HEAD_BYTES).ljust(HEAD_BYTES, b"\0"))
            if not length:
                return False
            at += length
        return at > size


def _begin(file: BinaryIO) -> tuple[int, FrameBytes]:
    start = file.read(10)
    if start.startswith(b"#!AMR\n"):
        return 6, lambda head: AMR_NB[head[0] >> 3 & 15]
    if start.startswith(b"#!AMR-WB\n"):
        return 9, lambda head: AMR_WB[head[0] >> 3 & 15]
    if start.startswith(b"ID3") and len(start) == 10:
        length = 0
        for part in start[6:10]:
            length = length << 7 | part & 127
        return 10 + length, _mpeg
    return 0, _mpeg


def _mpeg(head: bytes) -> int:
    """Bytes of a frame of MP3 or ADTS by its head; 0 for what is no head, or leaves its length open."""
    if head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    layer = 4 - (head[1] >> 1 & 3)
    if layer == 4:  # none: ADTS
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5 if head[1] & 0xF0 == 0xF0 else 0
    version, code, rate_code, padding = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or code in (0, 15) or rate_code == 3:
        return 0
    first = version == 3
    rate_hz = RATES_HZ[rate_code] // (1 if first else 2 if version == 2 else 4)
    bits_per_s = KBITS[first, layer][code - 1] * 1000
    if layer == 1:
        return (12 * bits_per_s // rate_hz + padding) * 4
    return (144 if first or layer == 2 else 72) * bits_per_s // rate_hz + padding
