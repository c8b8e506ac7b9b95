"""G.723.1: MP-MLQ at 6.3 kbit/s (ITU-T G.723.1), by FFmpeg in PyAV. A frame is 24 bytes for 30 ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from augment.audio import Pcm
from augment.codec import Frame
from augment.concealment import conceal
from augment.pyav_codec import PyAvCodec, repeated

FRAME_SAMPLES = 240
DELAY_SAMPLES = 60.0
"""7.5 ms look-ahead."""
SILENCE = bytes(24)
"""Stands for frames that are lost before any came."""


def family() -> tuple[G7231, ...]:
    """The rate that there is an encoder for."""
    return (G7231("g723.1-6.3", 8000, FRAME_SAMPLES, DELAY_SAMPLES, 6300),)


@dataclass(frozen=True)
class G7231(PyAvCodec):
    """G.723.1 at 6.3 kbit/s, without silence compression.

    FFmpeg's decoder cannot be told of a loss for long without growing loud, so loss is concealed by pitch repetition.
    """

    encoder = ("g723_1", "s16")
    decoder = ("g723_1", "s16p")

    def _encode(self, pcm: Pcm) -> list[bytes]:
        return self._packets(pcm)[: len(pcm) // FRAME_SAMPLES]

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        pcm = self._sounds(repeated(frames, SILENCE))
        lost = [index for index, frame in enumerate(frames) if frame is None]
        return conceal(pcm, lost, FRAME_SAMPLES, self.rate_hz) if lost else pcm
