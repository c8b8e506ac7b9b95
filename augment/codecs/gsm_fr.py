"""GSM full rate: 3GPP TS 46.010 (GSM 06.10) RPE-LTP at 13 kbit/s, by libgsm of the system.

A frame is libgsm's 33 bytes. A lost one is replaced as 3GPP TS 46.011 (GSM 06.11) shows: the last good frame again,
its block amplitudes lowered by four steps with each further loss, which is silence after 320 ms.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from augment import libraries
from augment.audio import Pcm
from augment.codec import Frame
from augment.library_codec import DecodeFrame, EncodeFrame, LibraryCodec

FRAME_SAMPLES, FRAME_BYTES, FRAME_BITS = 160, 33, 264
XMAXC_SHIFTS = tuple(FRAME_BITS - 51 - 56 * block - 6 for block in range(4))
"""Where the four 6-bit block amplitudes stand in a frame, counted from its last bit."""
XMAXC_STEP = 4
MOST_REPEATS = 16


def family() -> tuple[GsmFullRate, ...]:
    """The one rate there is."""
    return (GsmFullRate("gsm-fr", 8000, FRAME_SAMPLES, 0.0, 13_000),)


@functools.cache
def _functions() -> tuple[Any, ...]:
    library, pointer, call = libraries.load("gsm"), ctypes.c_void_p, libraries.function
    return (
        call(library, "gsm_create", pointer),
        call(library, "gsm_encode", None, pointer, pointer, pointer),
        call(library, "gsm_decode", ctypes.c_int, pointer, ctypes.c_char_p, pointer),
        call(library, "gsm_destroy", None, pointer),
    )


@dataclass(frozen=True)
class GsmFullRate(LibraryCodec):
    """GSM full rate, without DTX."""

    libraries = ("gsm",)

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        create, encode, _, free = _functions()
        state = create()

        def encode_frame(samples: int, buffer: Any) -> int:
            encode(state, samples, buffer)
            return FRAME_BYTES

        try:
            yield encode_frame
        finally:
            free(state)

    @contextmanager
    def _decoder(self) -> Iterator[DecodeFrame]:
        create, _, decode, free = _functions()
        state = create()

        def decode_frame(frames: Sequence[Frame], place: int, samples: int) -> None:
            frame = frames[place]
            if frame is not None:
                decode(state, frame, samples)

        try:
            yield decode_frame
        finally:
            free(state)

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        return super()._decode(_substituted(frames))


def _substituted(frames: Sequence[Frame]) -> list[Frame]:
    """The frames with lost ones replaced; None where nothing was heard yet, or for too long."""
    good: Frame = None
    losses, heard = 0, list[Frame]()
    for frame in frames:
        losses = 0 if frame is not None else losses + 1
        good = frame if frame is not None else good
        heard.append(good if not losses or good is None else _faded(good, losses))
    return heard


def _faded(frame: bytes, losses: int) -> Frame:
    """The good frame for its n-th repetition: the first as it is, each further one lower."""
    if losses > MOST_REPEATS:
        return None
    bits = int.from_bytes(frame, "big")
    for shift in XMAXC_SHIFTS:
        amplitude = bits >> shift & 63
        bits += (max(0, amplitude - XMAXC_STEP * (losses - 1)) - amplitude) << shift
    return bits.to_bytes(FRAME_BYTES, "big")
