"""WAV: the header read strictly, and plain PCM and G.711 out of it without any library that could break on it.

Chunks are as in Microsoft's and IBM's Multimedia Programming Interface 1.0 (1991), RIFF WAVE, and in Microsoft's
``WAVEFORMATEXTENSIBLE``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.limits import LIMITS, MOST_MISSING_S, check_shape

Samples = NDArray[np.float32]

PCM, FLOAT, A_LAW, MU_LAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
SUBTYPES = {
    (PCM, 8): "PCM_U8",
    (PCM, 16): "PCM_16",
    (PCM, 24): "PCM_24",
    (PCM, 32): "PCM_32",
    (FLOAT, 32): "FLOAT",
    (FLOAT, 64): "DOUBLE",
    (A_LAW, 8): "ALAW",
    (MU_LAW, 8): "ULAW",
}
"""What is read here, by tag and bits, under libsndfile's names; other encodings are libsndfile's."""
EXTENSIBLE_TAIL = bytes.fromhex("000000001000800000aa00389b71")
"""What follows the tag in a GUID that stands for a tag."""
STREAMED = 0x7FFF0000
"""Writers that don't know the length yet state none, or one of about 2 or 4 GiB."""
MOST_CHUNKS = 4096
NO_CHUNK = (b"RIFF", b"RIFX", b"fLaC", b"OggS", b"data")
"""What begins another file, or more samples."""


@dataclass(frozen=True)
class Wav:
    """A WAV file's header. ``stated_bytes`` of samples it promises, ``held_bytes`` there are, from ``data_at`` on.

    ``beyond_bytes`` lie behind the samples and belong to no chunk. ``extensible`` tells how the tag was written.
    """

    path: Path
    tag: int
    tracks: int
    rate_hz: int
    bytes_per_s: int
    block_bytes: int
    bits: int
    data_at: int
    stated_bytes: int
    held_bytes: int
    beyond_bytes: int
    extensible: bool

    @property
    def subtype(self) -> str | None:
        """Libsndfile's name of an encoding that is read here; else ``None``."""
        return SUBTYPES.get((self.tag, self.bits))

    @property
    def format(self) -> str:
        """As libsndfile names it: ``WAV/PCM_16``."""
        return f"{'WAVEX' if self.extensible else 'WAV'}/{self.subtype}"

    @property
    def frames(self) -> int:
        """Whole frames that are there."""
        return self.held_bytes // self.block_bytes

    @cached_property
    def repairs(self) -> tuple[str, ...]:
        """What was made good: codes of the catalogue."""
        found = []
        if self.is_streamed:
            found.append("repair.length")
        elif self.stated_bytes > self.held_bytes:
            found.append("repair.cut")
        if self.beyond_bytes:
            found.append("repair.beyond")
        if self.subtype and self.held_bytes % self.block_bytes:
            found.append("repair.partial")
        if self.subtype and self.bytes_per_s != self.rate_hz * self.block_bytes:
            found.append("repair.byte_rate")
        return tuple(found)

    @property
    def is_streamed(self) -> bool:
        """Whether the length was never written into the header."""
        return (self.stated_bytes > self.held_bytes and self.stated_bytes >= STREAMED) or self.stated_bytes == 0

    def check(self) -> None:
        """Raise ``UserError``: ``audio.rate``, ``audio.tracks``, ``audio.header``, ``audio.cut``, ``audio.beyond``,
        ``audio.empty`` or ``audio.too_long``.
        """
        check_shape(self.path, self.rate_hz, self.tracks)
        if not self.held_bytes:
            if self.stated_bytes and not self.is_streamed:
                raise UserError("audio.cut", path=self.path, missing_s=self._seconds(self.stated_bytes))
            raise UserError("audio.empty", path=self.path)
        if self.tag in (PCM, FLOAT, A_LAW, MU_LAW):
            self._check_fields()
        if self.stated_bytes > self.held_bytes and not self.is_streamed:
            self._refuse_beyond_slack("audio.cut", self.stated_bytes - self.held_bytes)
        self._refuse_beyond_slack("audio.beyond", self.beyond_bytes)
        if self.subtype and not self.frames:
            raise UserError("audio.empty", path=self.path)
        if self.subtype:
            check_shape(self.path, self.rate_hz, self.tracks, self.frames)

    def _refuse_beyond_slack(self, code: str, size: int) -> None:
        if (missing_s := self._seconds(size)) > MOST_MISSING_S:
            raise UserError(code, path=self.path, missing_s=missing_s)

    def _seconds(self, size: int) -> float:
        return size / (self.bytes_per_s if not self.subtype else self.rate_hz * self.block_bytes or 1)

    def _check_fields(self) -> None:
        """The fields of encodings in which each follows from the others."""
        whole = self.tracks * -(-self.bits // 8)
        if not self.bits or self.block_bytes != whole or (self.tag in (A_LAW, MU_LAW) and self.bits != 8):
            said = f"format {self.tag}, {self.tracks} x {self.bits} bits, {self.block_bytes} bytes a frame"
            raise UserError("audio.header", path=self.path, problem=said)
        other, rest = divmod(self.bytes_per_s, self.block_bytes)
        plausible = LIMITS.lowest_rate_hz <= other <= LIMITS.highest_rate_hz and not rest
        if other != self.rate_hz and plausible:
            said = f"{self.rate_hz} Hz, but {self.bytes_per_s} bytes/s, which is {other} Hz"
            raise UserError("audio.header", path=self.path, problem=said)

    def stored(self, first: int = 0, last: int | None = None) -> NDArray[np.generic]:
        """Frames as they lie in the file, of all tracks in turn; of 24 bits single bytes."""
        count = max(0, min(last if last is not None else self.frames, self.frames) - first)
        size = self.block_bytes // self.tracks
        kind = np.dtype({1: "u1", 2: "<i2", 3: "u1", 4: "<i4", 8: "<f8"}[size] if self.tag != FLOAT else f"<f{size}")
        start, items = self.data_at + first * self.block_bytes, count * self.block_bytes // kind.itemsize
        data = np.fromfile(self.path, kind, items, offset=start)
        return data[: len(data) * kind.itemsize // self.block_bytes * self.block_bytes // kind.itemsize]

    def decoded(self, stored: NDArray[np.generic]) -> Samples:
        """What was ``stored`` as float32[n, tracks] in −1..1 (floats as they are), the same values as libsndfile's."""
        return _as_float(stored, self.tag, self.block_bytes // self.tracks).reshape(-1, self.tracks)

    def read(self, first: int = 0, last: int | None = None) -> Samples:
        """Frames, decoded."""
        return self.decoded(self.stored(first, last))


@cache
def _g711(law: str) -> Samples:
    from augment.codecs.g711 import decode_table

    return decode_table(law).astype(np.float32) / np.float32(32768.0)


def _as_float(data: NDArray[np.generic], tag: int, size: int) -> Samples:
    if tag == FLOAT:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(data, dtype=np.float32)
    if tag in (A_LAW, MU_LAW):
        return np.asarray(_g711("a" if tag == A_LAW else "mu").take(data.view(np.uint8)))
    if size == 1:
        return np.asarray((data.astype(np.float32) - np.float32(128.0)) / np.float32(128.0))
    if size == 3:
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = data[: len(data) // 3 * 3].reshape(-1, 3)
        data = wide.view("<i4").ravel()
    return np.asarray(np.multiply(data, np.float32(2.0 ** -(15 if size == 2 else 31)), dtype=np.float32))


def parse(path: Path) -> Wav:
    """The header of a WAV file. Raises ``UserError`` (``audio.header``) where there is no whole one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(12)
        described: bytes | None = None
        for _ in range(MOST_CHUNKS):
            kind, length = _chunk(file)
            at = file.tell()
            if kind == b"data":
                if described is None:
                    raise UserError("audio.header", path=path, problem="no fmt chunk before the samples")
                return _described(path, described, at, length, size, _beyond(file, at, length, size))
            if kind is None or at + length > size:
                break
            if kind == b"fmt ":
                described = file.read(min(length, 40))
            file.seek(at + length + length % 2)
    raise UserError("audio.header", path=path, problem="no data chunk")


def _chunk(file: BinaryIO) -> tuple[bytes | None, int]:
    start = file.read(8)
    return struct.unpack("<4sL", start) if len(start) == 8 else (None, 0)


def _described(path: Path, fields: bytes, at: int, stated: int, size: int, beyond: int) -> Wav:
    if len(fields) < 14:
        raise UserError("audio.header", path=path, problem=f"a fmt chunk of {len(fields)} bytes")
    tag, tracks, rate, per_s, block = struct.unpack("<HHLLH", fields[:14])
    bits = struct.unpack("<H", fields[14:16])[0] if len(fields) >= 16 else 0
    extensible = tag == EXTENSIBLE and len(fields) >= 40 and fields[26:40] == EXTENSIBLE_TAIL
    if extensible:
        tag = struct.unpack("<H", fields[24:26])[0]
    held = size - at if stated == 0 or stated > size - at else stated
    if stated == 0 and not beyond:
        held = 0  # only other chunks follow
    return Wav(path, tag, tracks, rate, per_s, block, bits, at, stated, held, beyond if stated else 0, extensible)


def _beyond(file: BinaryIO, at: int, length: int, size: int) -> int:
    """How many bytes behind the samples belong to no chunk."""
    position = at + length + length % 2
    for _ in range(MOST_CHUNKS):
        if position >= size - 1:
            return 0
        file.seek(position)
        kind, length = _chunk(file)
        if kind is None or kind in NO_CHUNK or not (kind.isascii() and kind.decode().isprintable()):
            return size - position
        if position + 8 + length > size + 1:
            return size - position
        position += 8 + length + length % 2
    return size - position
