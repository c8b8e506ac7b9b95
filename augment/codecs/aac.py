"""AAC-LC at 8 kHz and 16 kbit/s: what some call recorders keep (ISO/IEC 14496-3), by FFmpeg in PyAV.

A frame is 128 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from augment.audio import Pcm
from augment.pyav_codec import PyAvCodec

FRAME_SAMPLES = 1024
DELAY_SAMPLES = 1024.0
"""The encoder hears a frame ahead."""
CONFIG = bytes([0x15, 0x88])
"""AudioSpecificConfig: AAC-LC, 8 kHz, one channel. Packets do not say so themselves."""


def family() -> tuple[Aac, ...]:
    """One rate."""
    return (Aac("aac-16", 8000, FRAME_SAMPLES, DELAY_SAMPLES, 16_000),)


@dataclass(frozen=True)
class Aac(PyAvCodec):
    """AAC-LC. Files lose no frames; one that is missing all the same is concealed by repetition."""

    encoder = ("aac", "fltp")
    decoder = ("aac", "fltp")

    def _context(self, side: tuple[str, str], mode: str, options: Mapping[str, str]) -> Any:
        context = super()._context(side, mode, options)
        if mode == "r":
            context.extradata = CONFIG
        return context

    def _encode(self, pcm: Pcm) -> list[bytes]:
        return self._packets(pcm)[: len(pcm) // FRAME_SAMPLES]
