"""G.722: wideband sub-band ADPCM at 48, 56 and 64 kbit/s (ITU-T G.722), by FFmpeg in PyAV, bit-exact with ITU-T G.191.

A code stands for two samples, and a frame for 20 ms. The encoder makes eight bits; at 56 and 48 kbit/s the last one or
two of them go to data, so that frames are packed without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from augment.audio import Pcm
from augment.codec import Frame
from augment.concealment import conceal
from augment.pyav_codec import PyAvCodec, repeated

FRAME_SAMPLES, FRAME_CODES = 320, 160
DELAY_SAMPLES = 22.0
"""Two quadrature mirror filters."""
BITS = {64: 8, 56: 7, 48: 6}


def family() -> tuple[G722, ...]:
    """The three modes."""
    return tuple(G722(f"g722-{kbps}", 16_000, FRAME_SAMPLES, DELAY_SAMPLES, 1000 * kbps) for kbps in BITS)


@dataclass(frozen=True)
class G722(PyAvCodec):
    """G.722 in one mode; loss is concealed by pitch repetition (see ``augment.concealment``)."""

    encoder = ("g722", "s16")
    decoder = ("g722", "s16")

    @property
    def _bits(self) -> int:
        return BITS[self.bitrate_bps // 1000]

    def _encode(self, pcm: Pcm) -> list[bytes]:
        codes = np.frombuffer(b"".join(self._packets(pcm)), np.uint8).reshape(-1, FRAME_CODES, 1)
        bits = np.unpackbits(codes, axis=2)[:, :, : self._bits]
        return [frame.tobytes() for frame in np.packbits(bits.reshape(len(codes), -1), axis=1)]

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        data = b"".join(repeated(frames, bytes(FRAME_CODES * self._bits // 8)))
        kept = np.unpackbits(np.frombuffer(data, np.uint8)).reshape(-1, self._bits)
        codes = np.packbits(np.pad(kept, ((0, 0), (0, 8 - self._bits))), axis=1).tobytes()
        pcm = self._sounds([codes], {"bits_per_codeword": str(self._bits)})
        lost = [index for index, frame in enumerate(frames) if frame is None]
        return conceal(pcm, lost, FRAME_SAMPLES, self.rate_hz) if lost else pcm
