"""Mono: one track of several, or all of them averaged, and what makes that impossible."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.limits import LIMITS

Samples = NDArray[np.float32]

AUDIBLE_POWER = 1e-6
"""-60 dB below full scale."""
CANCELLED = 1e-4
"""A mean that lies 40 dB below its tracks is no mean: they are in antiphase."""


class Mono:
    """Blocks float32[n, tracks] to float32[n], checked as they come; ``check`` at the end says what was wrong.

    ``track`` is one track (from 0), ``None`` for their mean, ``"all"`` to leave them apart. Raises ``UserError``
    (``audio.track``) for one that is not there.
    """

    def __init__(self, path: Path, track: int | str | None, tracks: int) -> None:
        if isinstance(track, int) and not 0 <= track < tracks:
            raise UserError("audio.track", path=path, track=track, tracks=tracks)
        self._path, self._track, self._tracks = path, track, tracks
        self._bad, self._peak = 0, 0.0
        self._power_of_tracks, self._power, self._moments = 0.0, 0.0, 0

    def of(self, block: Samples, *, whole_numbers: bool = False) -> Samples:
        """The same moments on one track. ``whole_numbers``: it comes from such, which are finite and bounded."""
        if self._track == "all" or (self._tracks == 1 and self._track is None):
            mono = block if self._track == "all" else block[:, 0]
        elif self._track is None:
            mono = block.mean(axis=1, dtype=np.float32)
            self._weigh(block, mono)
        else:
            mono = block[:, int(self._track)]
        if not whole_numbers:
            self._look(mono)
        return mono

    def _look(self, mono: Samples) -> None:
        low, high = (float(mono.min()), float(mono.max())) if mono.size else (0.0, 0.0)
        if not np.isfinite(low + high):
            self._bad += int(np.count_nonzero(~np.isfinite(mono)))
        self._peak = max(self._peak, -low, high)

    def _weigh(self, block: Samples, mono: Samples) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            self._power_of_tracks += float(np.square(block, dtype=np.float64).sum()) / self._tracks
            self._power += float(np.square(mono, dtype=np.float64).sum())
        self._moments += len(block)

    def check(self) -> None:
        """Raise ``UserError``: ``audio.not_finite``, ``audio.scale`` or ``audio.antiphase``."""
        if self._bad:
            raise UserError("audio.not_finite", path=self._path, count=self._bad)
        if self._peak > LIMITS.most_peak:
            raise UserError("audio.scale", path=self._path, peak=self._peak)
        if self._power_of_tracks > AUDIBLE_POWER * self._moments and self._power < CANCELLED * self._power_of_tracks:
            raise UserError("audio.antiphase", path=self._path, tracks=self._tracks)
