"""Opus: RFC 6716 speech at 6 to 24 kbit/s, narrowband and wideband, by libopus.

Variable bit rate, as RFC 7587 has it unless another is agreed on, frames of 20 ms, in-band FEC: where packets get
lost, a packet carries a coarse copy of the frame before it, and the decoder takes it where that frame was lost. Where
there is none, it conceals.
"""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from augment import libraries
from augment.audio import Pcm
from augment.codec import Frame
from augment.library_codec import MOST_BYTES, DecodeFrame, EncodeFrame, LibraryCodec

RATES_BPS = (6000, 8000, 12_000, 16_000, 24_000)
BANDS = {"nb": (8000, 51.7, 1101), "wb": (16_000, 103.5, 1103)}
"""Sample rate, delay in samples (6.5 ms, less a fraction for the filters; measured on speech), and libopus's number of
the bandwidth."""
VOIP = 2048
SET_BITRATE, SET_VBR, SET_BANDWIDTH, SET_COMPLEXITY = 4002, 4006, 4008, 4010
SET_INBAND_FEC, SET_PACKET_LOSS_PERC = 4012, 4014
COMPLEXITY = 5
"""Of 0 to 10: WebRTC's setting on telephones."""


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
    """Opus at one bandwidth and rate.

    ``expected_loss_percent``: what the encoder is told, which decides how much of the bit rate it spends on FEC. Where
    the losses are known (``transmit``) it is their share, as a receiver reports it to a sender (RFC 3550, 6.4).
    """

    bandwidth: int
    expected_loss_percent: int = 0

    libraries = ("opus",)

    def transmit(self, pcm: Pcm, lost: Collection[int] = ()) -> Pcm:
        """As any codec, the encoder told how much is lost."""
        percent = math.ceil(100 * len(lost) / max(1, self.frames_for(len(pcm))))
        return super(Opus, replace(self, expected_loss_percent=min(percent, 100))).transmit(pcm, lost)

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        create, control, encode, free, *_ = _functions()
        state = create(self.rate_hz, 1, VOIP, None)
        settings = (
            (SET_BITRATE, self.bitrate_bps),
            (SET_VBR, 1),
            (SET_BANDWIDTH, self.bandwidth),
            (SET_COMPLEXITY, COMPLEXITY),
            (SET_INBAND_FEC, 1),
            (SET_PACKET_LOSS_PERC, self.expected_loss_percent),
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
