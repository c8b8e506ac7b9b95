"""Opus: RFC 6716 speech at 6 to 24 kbit/s, narrowband and wideband, by libopus.

Constant bit rate, frames of 20 ms, in-band FEC: a packet carries a coarse copy of the frame before it, and the decoder
takes it where that frame was lost. Where there is none, it conceals.
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
from augment.library_codec import MOST_BYTES, DecodeFrame, EncodeFrame, LibraryCodec

RATES_BPS = (6000, 8000, 12_000, 16_000, 24_000)
BANDS = {"nb": (8000, 51.7, 1101), "wb": (16_000, 103.5, 1103)}
"""Sample rate, delay in samples (6.5 ms, less a fraction for the filters; measured on speech), and libopus's number of
the bandwidth."""
VOIP = 2048
SET_BITRATE, SET_VBR, SET_BANDWIDTH, SET_INBAND_FEC, SET_PACKET_LOSS_PERC = 4002, 4006, 4008, 4012, 4014
EXPECTED_LOSS_PERCENT = 10
"""What the encoder is told; it decides how much it spends on FEC."""


def family() -> tuple[Opus, ...]:
    """Both bandwidths at each rate."""
    return tuple(
        Opus(f"opus-{band}-{bps // 1000}", rate_hz, rate_hz // 50, delay, bps, bandwidth)
        for band, (rate_hz, delay, bandwidth) in BANDS.items()
        for bps in RATES_BPS
    )


@functools.cache
def _functions() -> tuple[Any, ...]:
    library, pointer, integer, call = libraries.load("opus"), ctypes.c_void_p, ctypes.c_int, libraries.function
    error = ctypes.POINTER(integer)
    return (
        call(library, "opus_encoder_create", pointer, integer, integer, integer, error),
        call(library, "opus_encoder_ctl", integer, pointer, integer),
        call(library, "opus_encode", integer, pointer, pointer, integer, pointer, integer),
        call(library, "opus_encoder_destroy", None, pointer),
        call(library, "opus_decoder_create", pointer, integer, integer, error),
        call(library, "opus_decode", integer, pointer, ctypes.c_char_p, integer, pointer, integer, integer),
        call(library, "opus_decoder_destroy", None, pointer),
    )


@dataclass(frozen=True)
class Opus(LibraryCodec):
    """Opus at one bandwidth and rate."""

    bandwidth: int

    libraries = ("opus",)

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        create, control, encode, free, *_ = _functions()
        state = create(self.rate_hz, 1, VOIP, None)
        settings = (
            (SET_BITRATE, self.bitrate_bps),
            (SET_VBR, 0),
            (SET_BANDWIDTH, self.bandwidth),
            (SET_INBAND_FEC, 1),
            (SET_PACKET_LOSS_PERC, EXPECTED_LOSS_PERCENT),
        )
        try:
            for request, value in settings:
                control(state, request, ctypes.c_int(value))
            yield lambda samples, buffer: encode(state, samples, self.frame_samples, buffer, MOST_BYTES)
        finally:
            free(state)

    @contextmanager
    def _decoder(self) -> Iterator[DecodeFrame]:
        *_, create, decode, free = _functions()
        state, length = create(self.rate_hz, 1, None), self.frame_samples

        def decode_frame(frames: Sequence[Frame], place: int, samples: int) -> None:
            frame = frames[place]
            later = frames[place + 1] if frame is None and place + 1 < len(frames) else None
            if later is not None:  # its copy of this one
                decode(state, later, len(later), samples, length, 1)
            else:
                decode(state, frame, len(frame or b""), samples, length, 0)

        try:
            yield decode_frame
        finally:
            free(state)
