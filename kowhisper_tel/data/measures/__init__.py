"""Measures: what the sound of one utterance tells of its recording, taken while the audio is decoded anyway."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from augment.speech_level import active_level_dbfs, rms_dbfs
from kowhisper_tel.core.audio import RATE, Samples
from kowhisper_tel.data.measures.bandwidth import band_hz
from kowhisper_tel.data.measures.snr import snr_db

FULL_SCALE = 0.98
"""Samples from here on are at full scale: the loudest that G.711 can say is 0.9803 of it in µ-law, 0.984 in A-law."""
FLAT_SAMPLES, FLAT_LEVEL = 3, 0.1
"""So many samples in a row at the very peak, and that peak above this, are a top cut flat below full scale."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures of one utterance at 16 kHz; ``None`` where there is nothing to measure.

    ``level_dbfs`` is the active speech level by ITU-T P.56, ``peak_dbfs`` the highest sample, both against a
    full-scale square wave. ``activity`` is the share of the time in which somebody speaks, by the same P.56.
    ``clipped_share`` is the share of samples at full scale, or at the top of a peak that is cut flat. ``snr_db`` is
    the WADA-SNR, ``band_hz`` where the sound ends (8000: it does not).
    """

    level_dbfs: float | None
    peak_dbfs: float | None
    activity: float
    clipped_share: float
    snr_db: float | None
    band_hz: float | None

    def to_json(self) -> dict[str, Any]:
        """The figures with the decimals that they are good for."""
        digits = {"activity": 3, "clipped_share": 6, "band_hz": 0}
        return {
            name: None if value is None else round(value, digits.get(name, 1)) + 0.0
            for name, value in asdict(self).items()
        }


def measure(audio: Samples) -> Measures:
    """The measures of float32[n] at 16 kHz, in −1..1, with at least one sample."""
    level = active_level_dbfs(audio, RATE)
    size = np.abs(audio)
    peak = float(size.max())
    sounds = bool(np.isfinite(level))
    return Measures(
        level_dbfs=level if sounds else None,
        peak_dbfs=20.0 * float(np.log10(peak)) if peak > 0.0 else None,
        activity=min(1.0, 10.0 ** ((rms_dbfs(audio) - level) / 10.0)) if sounds else 0.0,
        clipped_share=_clipped_share(size, peak),
        snr_db=snr_db(audio) if sounds else None,
        band_hz=band_hz(audio) if sounds else None,
    )


def _clipped_share(size: Samples, peak: float) -> float:
    clipped = int(np.count_nonzero(size >= FULL_SCALE))
    if peak >= FLAT_LEVEL:
        top = np.flatnonzero(size == peak)
        behind = FLAT_SAMPLES - 1
        if (top[behind:] - top[:-behind] == behind).any():
            clipped = max(clipped, len(top))
    return clipped / len(size)
