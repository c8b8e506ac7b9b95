"""AMR-NB: 3GPP TS 26.071 adaptive multi-rate speech, 4.75 to 12.2 kbit/s, by libopencore-amrnb through PyAV.

A frame is one of RFC 4867's storage format: a header byte, then the speech bits. A lost frame is handed to the
decoder as NO_DATA, which makes it conceal as it does a bad frame (3GPP TS 26.091). FFmpeg's own AMR decoder
refuses NO_DATA, so both ways go through libopencore.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from augment.audio import Pcm
from augment.codec import Codec, Frame

LIBRARY = "libopencore_amrnb"
MODES_BPS = (4750, 5150, 5900, 6700, 7400, 7950, 10200, 12200)
FRAME_SAMPLES = 160
DELAY_SAMPLES = 39.5
"""5 ms look-ahead, less half a sample for the filters; the same in all modes within a quarter (measured on speech)."""
NO_DATA = bytes([15 << 3 | 4])
"""A header that says frame type 15, nothing damaged, nothing there."""


def family() -> tuple[Codec, ...]:
    """All eight modes."""
    return tuple(AmrNb(f"amr-nb-{bps / 1000:g}", 8000, FRAME_SAMPLES, DELAY_SAMPLES, bps) for bps in MODES_BPS)


@functools.cache
def _library_found() -> bool:
    try:
        import av
    except ImportError:
        return False
    return LIBRARY in av.codecs_available


@dataclass(frozen=True)
class AmrNb(Codec):
    """One mode of AMR-NB, without DTX."""

    @property
    def available(self) -> bool:
        """Whether PyAV is there and was built with libopencore-amrnb."""
        return _library_found()

    @property
    def how_to_get(self) -> str:
        """PyAV's wheels carry the library."""
        return "pip install av (its wheels carry libopencore-amrnb)"

    def _encode(self, pcm: Pcm) -> list[bytes]:
        import av

        context = av.AudioCodecContext.create(LIBRARY, "w")
        context.bit_rate = self.bitrate_bps
        context.sample_rate = self.rate_hz
        context.layout = "mono"
        context.format = "s16"
        # One long frame: PyAV cuts it into the encoder's frames faster than Python could.
        sound = av.AudioFrame.from_ndarray(pcm[np.newaxis], format="s16", layout="mono")
        sound.sample_rate = self.rate_hz
        return [bytes(packet) for packet in context.encode(sound)]

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        import av

        context = av.AudioCodecContext.create(LIBRARY, "r")
        context.sample_rate = self.rate_hz
        context.layout = "mono"
        pcm = [
            np.frombuffer(sound.planes[0], np.int16, sound.samples)
            for frame in frames
            for sound in context.decode(av.Packet(NO_DATA if frame is None else frame))
        ]
        return np.concatenate(pcm)
