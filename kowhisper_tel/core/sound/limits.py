"""Limits: what an audio file may be, and what decoding it may cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kowhisper_tel.core.errors import UserError


@dataclass(frozen=True)
class Limits:
    """Rates in Hz, tracks, frames (samples a track), and what a decoder may use: memory, time of the processor.

    ``most_frames`` are 18 hours at 16 kHz. ``most_peak`` is of float samples, which may be over full scale (1.0) by
    what a limiter lets through, but not by whole numbers written as floats. ``memory_bytes`` come on top of what a
    decoder needs to begin; it decodes block by block, so that length costs it nothing. A decoder that has said nothing
    for ``stalled`` times the seconds that it may compute hangs, on a dead network drive for example.
    """

    lowest_rate_hz: int = 4_000
    highest_rate_hz: int = 192_000
    most_tracks: int = 8
    most_frames: int = 2**30
    most_peak: float = 32.0
    memory_bytes: int = 768 * 2**20
    least_cpu_s: int = 20
    cpu_s_per_mib: int = 30
    stalled: int = 10

    def cpu_s(self, size_bytes: int) -> int:
        """Seconds of the processor that decoding a file of a size may take."""
        return self.least_cpu_s + self.cpu_s_per_mib * (size_bytes >> 20)


LIMITS = Limits()
MOST_MISSING_S = 0.25
"""Audio that ends so much before its header says has lost words that the label still holds."""


def check_shape(path: Path, rate_hz: int, tracks: int, frames: int = 0) -> None:
    """Raise ``UserError``: ``audio.rate``, ``audio.tracks`` or ``audio.too_long``."""
    if not LIMITS.lowest_rate_hz <= rate_hz <= LIMITS.highest_rate_hz:
        raise UserError("audio.rate", path=path, rate=rate_hz)
    if not 1 <= tracks <= LIMITS.most_tracks:
        raise UserError("audio.tracks", path=path, tracks=tracks, most=LIMITS.most_tracks)
    if frames > LIMITS.most_frames:
        raise UserError("audio.too_long", path=path, hours=frames / rate_hz / 3600, frames=LIMITS.most_frames)
