"""AMR-NB: 3GPP TS 26.071 adaptive multi-rate speech, 4.75 to 12.2 kbit/s, by libopencore-amrnb.

A frame is one of RFC 4867's storage format: a header byte, then the speech bits. A lost frame is handed to the
decoder as NO_DATA, which makes it conceal as it does a bad frame (3GPP TS 26.091).
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

MODES_BPS = (4750, 5150, 5900, 6700, 7400, 7950, 10200, 12200)
FRAME_SAMPLES = 160
DELAY_SAMPLES = 39.5
"""5 ms look-ahead, less half a sample for the filters; the same in all modes within a quarter (measured on speech)."""
NO_DATA = bytes([15 << 3 | 4])
"""A header that says frame type 15, nothing damaged, nothing there."""


def family() -> tuple[AmrNb, ...]:
    """All eight modes."""
    return tuple(AmrNb(f"amr-nb-{bps / 1000:g}", 8000, FRAME_SAMPLES, DELAY_SAMPLES, bps) for bps in MODES_BPS)


@functools.cache
def _functions() -> tuple[Any, ...]:
    library, pointer, integer = libraries.load("opencore-amrnb"), ctypes.c_void_p, ctypes.c_int
    call = libraries.function
    return (
        call(library, "Encoder_Interface_init", pointer, integer),
        call(library, "Encoder_Interface_Encode", integer, pointer, integer, pointer, pointer, integer),
        call(library, "Encoder_Interface_exit", None, pointer),
        call(library, "Decoder_Interface_init", pointer),
        call(library, "Decoder_Interface_Decode", None, pointer, ctypes.c_char_p, pointer, integer),
        call(library, "Decoder_Interface_exit", None, pointer),
    )


@dataclass(frozen=True)
class AmrNb(LibraryCodec):
    """One mode of AMR-NB, without DTX."""

    libraries = ("opencore-amrnb",)

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        create, encode, free, *_ = _functions()
        state, mode = create(0), MODES_BPS.index(self.bitrate_bps)
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
