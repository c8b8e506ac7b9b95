"""Stream: an opened sound as a decoder gives it, block by block."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.limits import MOST_MISSING_S

Samples = NDArray[np.float32]

Span = tuple[float, float]
"""From and to, in seconds."""

BLOCK_SAMPLES = 2**20
"""Samples of all tracks that are held at once."""
SLACK_S = 0.05
"""Labels are written to a hundredth of a second or coarser: an end just past the file's is its end."""
LOST_S, LOST_SHARE = 1.0, 0.05
"""A compressed file that ends so much before its header says, in both measures, was cut off."""


@dataclass(frozen=True)
class Stream:
    """A sound's shape and its blocks, float32[n, tracks], from a frame on.

    ``stated_frames`` is the length that its header states (``None``: none that can be relied on), exact or, of most
    compressed formats, about right (``estimated``). ``seekable``: a decoder that begins in the middle gives there what
    one that came there gives.
    """

    path: Path
    rate_hz: int
    tracks: int
    format: str
    stated_frames: int | None
    estimated: bool
    seekable: bool
    blocks: Callable[[int], Iterator[Samples]]

    def check_length(self, frames: int) -> None:
        """Raise ``UserError`` (``audio.cut``) where so many frames are too few."""
        if self.stated_frames is None:
            return
        missing_s = (self.stated_frames - frames) / self.rate_hz
        slack_s = max(LOST_S, LOST_SHARE * self.stated_frames / self.rate_hz) if self.estimated else MOST_MISSING_S
        if missing_s > slack_s:
            raise UserError("audio.cut", path=self.path, missing_s=missing_s)


def bounds(path: Path, length: int, rate: int, start_s: float | None, end_s: float | None) -> tuple[int, int]:
    """First frame of a stretch and the one after its last, of ``length`` in all. Raises ``UserError`` audio.range."""
    if start_s is None and end_s is None:
        return 0, length
    first = round((start_s or 0.0) * rate)
    last = length if end_s is None else round(end_s * rate)
    if not 0 <= first < min(last, length) or last > length + round(SLACK_S * rate):
        raise UserError("audio.range", path=path, start_s=start_s, end_s=end_s, duration_s=length / rate)
    return first, min(last, length)


def spans(duration_s: float, length_s: float, most: int) -> list[Span]:
    """Up to ``most`` spans of up to ``length_s``: side by side over the whole if so many do, else evenly spread."""
    count = math.ceil(duration_s / length_s)
    if count <= most:
        return [(index * duration_s / count, (index + 1) * duration_s / count) for index in range(count)]
    starts = np.linspace(0.0, duration_s - length_s, most)
    return [(float(start), float(start) + length_s) for start in starts]
