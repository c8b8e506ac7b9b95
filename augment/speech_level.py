"""Levels of speech, in dB relative to full scale (a full-scale square wave is 0 dBFS, as dBov in ITU-T)."""

from __future__ import annotations

import numpy as np

from augment.audio import Audio

FRAME_S = 0.020
MARGIN_DB = 15.9
"""How far the activity threshold lies below the active level (ITU-T P.56, method B)."""

SILENCE_DBFS = -90.0
"""Below this, audio counts as silence: about the last bit of 16-bit PCM."""

NOMINAL_DBFS = -26.0
"""The active level that telephone networks are planned for (ITU-T G.101)."""


def rms_dbfs(audio: Audio) -> float:
    """Level over the whole clip; ``-inf`` for digital silence."""
    power = float(np.dot(audio, audio)) / len(audio) if len(audio) else 0.0
    return 10.0 * float(np.log10(power)) if power > 0.0 else -np.inf


def active_level_dbfs(audio: Audio, rate: int) -> float:
    """Level over the 20 ms frames in which somebody speaks; ``-inf`` below ``SILENCE_DBFS``.

    The idea of P.56 on frames: the loudest frames are taken until the next one would lie more than 15.9 dB
    below the mean power of those taken. Pauses do not count, so a clip's silent ends do not change its SNR.
    """
    frame = max(1, round(FRAME_S * rate))
    whole = len(audio) // frame * frame
    if not whole:
        return _floored(rms_dbfs(audio))
    frames = audio[:whole].reshape(-1, frame)
    powers = np.sort(np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / frame)[::-1]
    means = np.cumsum(powers) / np.arange(1, len(powers) + 1)
    too_quiet = powers < means * 10 ** (-MARGIN_DB / 10)
    active = int(np.argmax(too_quiet)) if too_quiet.any() else len(powers)
    power = means[active - 1]
    return _floored(10.0 * float(np.log10(power))) if power > 0.0 else -np.inf


def _floored(level_dbfs: float) -> float:
    return level_dbfs if level_dbfs >= SILENCE_DBFS else -np.inf


def gain(level_db: float) -> np.float32:
    """The factor of a gain in dB."""
    return np.float32(10.0 ** (level_db / 20.0))
