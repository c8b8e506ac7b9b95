"""MP3 at 8 kHz: what call recorders keep, 8 to 32 kbit/s (ISO/IEC 13818-3, MPEG-2.5), by LAME in PyAV.

A frame is 72 ms. No bit reservoir, so that each frame stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from augment.audio import Pcm
from augment.pyav_codec import PyAvCodec

FRAME_SAMPLES = 576
DELAY_SAMPLES = 1105.0
"""A frame, and 529 samples of LAME's and the decoder's filters."""
RATES_BPS = (8000, 16_000, 24_000, 32_000)


def family() -> tuple[Mp3, ...]:
    """Four rates."""
    return tuple(Mp3(f"mp3-{bps // 1000}", 8000, FRAME_SAMPLES, DELAY_SAMPLES, bps) for bps in RATES_BPS)


@dataclass(frozen=True)
class Mp3(PyAvCodec):
    """MP3 at a constant rate. Files lose no frames; one that is missing all the same is concealed by repetition."""

    encoder = ("libmp3lame", "s16p")
    decoder = ("mp3float", "fltp")

    def _encode(self, pcm: Pcm) -> list[bytes]:
        return self._packets(pcm, {"reservoir": "0"})[: len(pcm) // FRAME_SAMPLES]
