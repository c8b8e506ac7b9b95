"""G.729 Annex A: CS-ACELP at 8 kbit/s (ITU-T G.729), by libbcg729. A frame is 10 bytes for 10 ms."""

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

FRAME_SAMPLES, FRAME_BYTES = 80, 10
DELAY_SAMPLES = 39.5
"""5 ms look-ahead, less half a sample for the filters (measured on speech)."""


def family() -> tuple[G729A, ...]:
    """The one rate there is."""
    return (G729A("g729a", 8000, FRAME_SAMPLES, DELAY_SAMPLES, 8000),)


@functools.cache
def _functions() -> tuple[Any, ...]:
    library, pointer, call = libraries.load("bcg729"), ctypes.c_void_p, libraries.function
    byte = ctypes.c_uint8
    return (
        call(library, "initBcg729EncoderChannel", pointer, byte),
        call(library, "bcg729Encoder", None, pointer, pointer, pointer, pointer),
        call(library, "closeBcg729EncoderChannel", None, pointer),
        call(library, "initBcg729DecoderChannel", pointer),
        call(library, "bcg729Decoder", None, pointer, ctypes.c_char_p, byte, byte, byte, byte, pointer),
        call(library, "closeBcg729DecoderChannel", None, pointer),
    )


@dataclass(frozen=True)
class G729A(LibraryCodec):
    """G.729A without voice activity detection; a lost frame is told to the decoder, which conceals it."""

    libraries = ("bcg729",)

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        create, encode, free, *_ = _functions()
        state, length = create(0), ctypes.c_uint8()

        def encode_frame(samples: int, buffer: Any) -> int:
            encode(state, samples, buffer, ctypes.byref(length))
            return length.value

        try:
            yield encode_frame
        finally:
            free(state)

    @contextmanager
    def _decoder(self) -> Iterator[DecodeFrame]:
        *_, create, decode, free = _functions()
        state = create()

        def decode_frame(frames: Sequence[Frame], place: int, samples: int) -> None:
            frame = frames[place]
            decode(state, frame, FRAME_BYTES if frame else 0, int(frame is None), 0, 0, samples)

        try:
            yield decode_frame
        finally:
            free(state)
