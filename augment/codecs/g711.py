"""G.711: logarithmic PCM, 64 kbit/s, both laws, after ITU-T G.711 (1988) and bit-exact with ITU-T G.191.

A frame is 20 ms of one-byte codes, as sent (A-law with its even bits inverted). Tables are made from the
Recommendation's segments on first use: one look-up a sample either way.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from augment.audio import Pcm
from augment.codec import Codec, Frame
from augment.concealment import conceal

FRAME_SAMPLES = 160
ULAW_BIAS = 33
ULAW_CLIP = 0x1FFF


def family() -> tuple[Codec, ...]:
    """Both laws: µ (North America, Japan, much of Korea) and A (the rest of the world)."""
    return tuple(G711(f"g711-{law}", 8000, FRAME_SAMPLES, 0.0, 64000, law) for law in ("mu", "a"))


@dataclass(frozen=True)
class G711(Codec):
    """G.711 by table; loss is concealed after Appendix I (see ``augment.concealment``)."""

    law: str

    @property
    def available(self) -> bool:
        """Always: it needs numpy only."""
        return True

    @property
    def how_to_get(self) -> str:
        """Nothing to do."""
        return "it is built in"

    @property
    def backend(self) -> str:
        """Tables."""
        return "numpy"

    def _encode(self, pcm: Pcm) -> list[bytes]:
        codes = encode_table(self.law)[pcm.view(np.uint16)].tobytes()
        return [codes[start : start + FRAME_SAMPLES] for start in range(0, len(codes), FRAME_SAMPLES)]

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        silence = bytes(FRAME_SAMPLES)
        codes = np.frombuffer(b"".join(silence if frame is None else frame for frame in frames), np.uint8)
        pcm = decode_table(self.law)[codes]
        lost = [index for index, frame in enumerate(frames) if frame is None]
        return conceal(pcm, lost, FRAME_SAMPLES, self.rate_hz) if lost else pcm

    def transmit(self, pcm: Pcm, lost: Collection[int] = ()) -> Pcm:
        """As any codec, by one look-up a sample: no frame is made, for each code stands for itself."""
        self.check_pcm(pcm)
        n_frames = self.frames_for(len(pcm))
        padded = np.pad(pcm, (0, n_frames * FRAME_SAMPLES - len(pcm)))
        heard = round_trip_table(self.law).take(padded.view(np.uint16))
        missing = [index for index in range(n_frames) if index in lost] if lost else []
        return conceal(heard, missing, FRAME_SAMPLES, self.rate_hz) if missing else heard


@functools.cache
def encode_table(law: str) -> NDArray[np.uint8]:
    """Codes ``[65536]`` by the bits of a 16-bit sample."""
    pcm = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    return _encode_a(pcm) if law == "a" else _encode_mu(pcm)


@functools.cache
def decode_table(law: str) -> NDArray[np.int16]:
    """16-bit samples ``[256]`` by code."""
    codes = np.arange(256, dtype=np.int32)
    return _decode_a(codes) if law == "a" else _decode_mu(codes)


@functools.cache
def round_trip_table(law: str) -> NDArray[np.int16]:
    """What comes out ``[65536]`` by the bits of a 16-bit sample."""
    return decode_table(law)[encode_table(law)]


def _encode_mu(pcm: NDArray[np.int32]) -> NDArray[np.uint8]:
    # One's complement magnitude on 14 bits: -1 goes where 0 goes, as in G.191.
    biased = np.minimum((np.where(pcm < 0, ~pcm, pcm) >> 2) + ULAW_BIAS, ULAW_CLIP)
    segment = np.frexp(biased)[1] - 6
    code = segment << 4 | (biased >> segment + 1) & 0xF
    return np.asarray(np.where(pcm < 0, 0x7F, 0xFF) - code, dtype=np.uint8)


def _decode_mu(codes: NDArray[np.int32]) -> NDArray[np.int16]:
    magnitude = ~codes & 0x7F
    segment, step = magnitude >> 4, magnitude & 0xF
    level = ((2 * step + 33 << segment) - ULAW_BIAS) << 2
    return np.where(codes & 0x80, level, -level).astype(np.int16)


def _encode_a(pcm: NDArray[np.int32]) -> NDArray[np.uint8]:
    # One's complement magnitude on 12 bits, as in G.191.
    magnitude = np.where(pcm < 0, ~pcm, pcm) >> 4
    segment = np.maximum(np.frexp(magnitude)[1] - 4, 0)
    code = np.where(segment > 0, segment << 4 | (magnitude >> np.maximum(segment - 1, 0)) & 0xF, magnitude)
    return np.asarray((code | np.where(pcm < 0, 0, 0x80)) ^ 0x55, dtype=np.uint8)


def _decode_a(codes: NDArray[np.int32]) -> NDArray[np.int16]:
    plain = codes ^ 0x55
    segment, step = plain >> 4 & 0x7, plain & 0xF
    level = np.where(segment > 0, 2 * step + 33 << np.maximum(segment - 1, 0), 2 * step + 1) << 3
    return np.where(plain & 0x80, level, -level).astype(np.int16)
