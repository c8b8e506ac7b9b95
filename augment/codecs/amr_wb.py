"""AMR-WB: 3GPP TS 26.171 adaptive multi-rate wideband speech, 6.6 to 23.85 kbit/s.

Encoded by libvo-amrwbenc, decoded by libopencore-amrwb. A frame is one of RFC 4867's storage format: a header byte,
then the speech bits. A lost frame is handed to the decoder as NO_DATA, which it conceals (3GPP TS 26.191).
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from augment import libraries
from augment.codec import Frame
from augment.library_codec import DecodeFrame, EncodeFrame, LibraryCodec

MODES_BPS = (6600, 8850, 12650, 14250, 15850, 18250, 19850, 23050, 23850)
FRAME_SAMPLES = 320
DELAY_SAMPLES = 94.6
"""Measured on speech; the same in all modes."""
NO_DATA = bytes([15 << 3 | 4])


def family() -> tuple[AmrWb, ...]:
    """All nine modes."""
    return tuple(AmrWb(f"amr-wb-{bps / 1000:g}", 16000, FRAME_SAMPLES, DELAY_SAMPLES, bps) for bps in MODES_BPS)


@functools.cache
def _functions() -> tuple[Any, ...]:
    pointer, call = ctypes.c_void_p, libraries.function
    encoder, decoder = libraries.load("vo-amrwbenc"), libraries.load("opencore-amrwb")
    integer = ctypes.c_int
    return (
        call(encoder, "E_IF_init", pointer),
        call(encoder, "E_IF_encode", integer, pointer, integer, pointer, pointer, integer),
        call(encoder, "E_IF_exit", None, pointer),
        call(decoder, "D_IF_init", pointer),
        call(decoder, "D_IF_decode", None, pointer, ctypes.c_char_p, pointer, integer),
        call(decoder, "D_IF_exit", None, pointer),
    )


@dataclass(frozen=True)
class AmrWb(LibraryCodec):
    """One mode of AMR-WB, without DTX."""

    libraries = ("vo-amrwbenc", "opencore-amrwb")

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        create, encode, free, *_ = _functions()
        state, mode = create(), MODES_BPS.index(self.bitrate_bps)
        try:
            yield lambda samples, buffer: encode(state, mode, samples, buffer, 0)
        finally:
            free(state)

    @contextmanager
    def _decoder(self) -> Iterator[DecodeFrame]:
        *_, create, decode, free = _functions()
        state = create()

        def decode_frame(frames: Sequence[Frame], place: int, samples: int) -> None:
            decode(state, frames[place] or NO_DATA, samples, 0)

        try:
            yield decode_frame
        finally:
            free(state)
