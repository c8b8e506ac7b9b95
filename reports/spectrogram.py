"""Spectrogram: a clip as a small grey picture, time to the right and frequency upwards, louder darker."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW_S, STEP_S = 0.025, 0.010
RANGE_DB = 70.0
GREYS = 24
WIDEST, ROWS = 480, 128
"""Pixels: a column a step, or the loudest of several where there are more; a row for so many Hz."""


@dataclass(frozen=True)
class Picture:
    """A PNG (8 bits grey), and the frequency in kHz below which 99 % of the clip's energy lies."""

    png: bytes
    below_khz: float


def draw(audio: NDArray[np.float32], rate_hz: int) -> Picture:
    """The spectrogram of a mono clip: Hann windows of 25 ms every 10 ms, 70 dB from black to white."""
    import numpy as np
    from scipy.signal import ShortTimeFFT
    from scipy.signal.windows import hann

    window = hann(int(WINDOW_S * rate_hz), sym=False)
    padded = np.pad(np.asarray(audio, dtype=np.float64), (0, max(0, len(window) - len(audio))))
    transform = ShortTimeFFT(window, int(STEP_S * rate_hz), rate_hz, mfft=2 * ROWS * 2)
    power = transform.spectrogram(padded)
    energy = power.sum(axis=1).cumsum()
    below = float(transform.f[int(np.searchsorted(energy, 0.99 * energy[-1]))]) if energy[-1] > 0 else 0.0
    bands = power[: 2 * ROWS].reshape(ROWS, 2, -1).max(axis=1)
    steps = -(-bands.shape[1] // WIDEST)
    fitted = np.pad(bands, ((0, 0), (0, -bands.shape[1] % steps))).reshape(ROWS, -1, steps).max(axis=2)
    loud_db = 10.0 * np.log10(fitted + 1e-12)
    share = np.clip(1.0 - (loud_db.max() - loud_db) / RANGE_DB, 0.0, 1.0) if energy[-1] > 0 else np.zeros_like(loud_db)
    grey = 255 - np.rint(share * GREYS) * (255 / GREYS)
    return Picture(_png(np.rint(grey[::-1]).astype(np.uint8)), below / 1000.0)


def _png(grey: NDArray[np.uint8]) -> bytes:
    """A grey picture as PNG (ISO/IEC 15948), rows from the top."""
    import numpy as np

    height, width = grey.shape
    lines = np.hstack([np.zeros((height, 1), np.uint8), grey]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
