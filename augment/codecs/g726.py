"""G.726: ADPCM at 16, 24, 32 and 40 kbit/s (ITU-T G.726), by libspandsp, whose codes are those of ITU-T G.191.

A frame is 20 ms of codes, packed as RTP sends them (RFC 3551: the first in the least significant bits). Between two
exchanges the ADPCM is made of A- or µ-law codes; ``G726`` with such a ``law`` does so. The names stand for linear PCM.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment import libraries
from augment.audio import Pcm
from augment.codec import Codec, Frame
from augment.codecs.g711 import decode_table, encode_table
from augment.concealment import conceal

FRAME_SAMPLES = 160
RATES_BPS = (16_000, 24_000, 32_000, 40_000)
LAWS = ("linear", "mu", "a")
"""In the order of spandsp's numbers for them."""
PACKED_RIGHT = 2
WRAPPED_FROM = 8192
"""The decoder passes full scale by half of it at most (measured), so what it wraps around stays above this."""


def family() -> tuple[G726, ...]:
    """All four rates."""
    return tuple(G726(f"g726-{bps // 1000}", 8000, FRAME_SAMPLES, 0.0, bps) for bps in RATES_BPS)


@functools.cache
def _functions() -> tuple[Any, ...]:
    library, pointer, integer, call = libraries.load("spandsp"), ctypes.c_void_p, ctypes.c_int, libraries.function
    return (
        call(library, "g726_init", pointer, pointer, integer, integer, integer),
        call(library, "g726_encode", integer, pointer, pointer, pointer, integer),
        call(library, "g726_decode", integer, pointer, pointer, ctypes.c_char_p, integer),
        call(library, "g726_free", integer, pointer),
    )


@dataclass(frozen=True)
class G726(Codec):
    """G.726 at one rate; loss is concealed as in G.711 (see ``augment.concealment``).

    After a loss the decoder's scale is not the encoder's for some 50 ms, and it may boom: so does a real one.
    """

    law: str = "linear"

    @property
    def available(self) -> bool:
        """Whether the system has libspandsp."""
        return libraries.load("spandsp") is not None

    @property
    def how_to_get(self) -> str:
        """Debian and Ubuntu carry it."""
        return libraries.how_to_get("spandsp")

    @property
    def backend(self) -> str:
        """The library's name."""
        return "libspandsp"

    @property
    def _frame_bytes(self) -> int:
        return self.bitrate_bps * FRAME_SAMPLES // self.rate_hz // 8

    def _encode(self, pcm: Pcm) -> list[bytes]:
        law = self.law
        data = self.codes(np.ascontiguousarray(pcm if law == "linear" else encode_table(law)[pcm.view(np.uint16)]))
        size = self._frame_bytes
        return [data[start : start + size] for start in range(0, len(data), size)]

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        idle = b"\xff" * self._frame_bytes  # the least step down: the decoder's scale decays over the gap
        coded = b"".join(idle if frame is None else frame for frame in frames)
        heard = self.samples(coded)
        pcm: Pcm = self._saturated(heard, coded) if self.law == "linear" else decode_table(self.law)[heard]
        lost = [index for index, frame in enumerate(frames) if frame is None]
        return conceal(pcm, lost, FRAME_SAMPLES, self.rate_hz) if lost else pcm

    def _saturated(self, heard: Pcm, coded: bytes) -> Pcm:
        """Linear samples without spandsp's overflow: past full scale its decoder wraps around, but not for µ-law."""
        if np.abs(heard.astype(np.int32)).max() < WRAPPED_FROM:
            return heard
        mu = decode_table("mu")[replace(self, law="mu").samples(coded)]
        wrapped = (np.abs(mu) >= WRAPPED_FROM) & ((mu < 0) != (heard < 0))
        return np.where(wrapped, np.where(mu < 0, np.int16(-32768), np.int16(32767)), heard)

    def codes(self, samples: NDArray[Any]) -> bytes:
        """Packed codes of samples as the law has them: int16 ``[n]``, or uint8 codes of G.711 (n a multiple of 8)."""
        coded = np.empty(self.bitrate_bps * len(samples) // self.rate_hz // 8, np.uint8)
        with self._state() as (state, encode, _):
            encode(state, coded.ctypes.data, samples.ctypes.data, len(samples))
        return coded.tobytes()

    def samples(self, codes: bytes) -> NDArray[Any]:
        """The reverse of ``codes``."""
        n_samples = len(codes) * 8 * self.rate_hz // self.bitrate_bps
        samples = np.empty(n_samples, np.int16 if self.law == "linear" else np.uint8)
        with self._state() as (state, _, decode):
            decode(state, samples.ctypes.data, codes, len(codes))
        return samples

    @contextmanager
    def _state(self) -> Iterator[tuple[Any, Any, Any]]:
        create, encode, decode, free = _functions()
        state = create(None, self.bitrate_bps, LAWS.index(self.law), PACKED_RIGHT)
        try:
            yield state, encode, decode
        finally:
            free(state)
