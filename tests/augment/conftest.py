"""Sounds to test with, made here, so that no file is needed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

RATE = 16000


def voice(duration_s: float = 3.0, rate: int = RATE) -> NDArray[np.float32]:
    """Something like speech: a gliding glottal pulse train through three formants, in syllables with pauses."""
    generator = np.random.default_rng(11)
    moments = np.arange(round(duration_s * rate)) / rate
    pitch_hz = 130 + 25 * np.sin(2 * np.pi * 0.7 * moments) + 8 * np.sin(2 * np.pi * 3.1 * moments)
    phase = np.cumsum(pitch_hz) / rate
    source = np.diff(np.floor(phase), prepend=0.0) + 0.02 * generator.standard_normal(len(moments))
    for formant_hz, width_hz in ((600, 90), (1400, 120), (2600, 180)):
        radius = np.exp(-np.pi * width_hz / rate)
        source = signal.lfilter([1.0], [1, -2 * radius * np.cos(2 * np.pi * formant_hz / rate), radius**2], source)
    syllables = np.clip(np.sin(2 * np.pi * 2.3 * moments) + 0.5, 0, 1) * (np.sin(2 * np.pi * 0.45 * moments) > -0.6)
    spoken = source * syllables
    return (0.4 * spoken / np.abs(spoken).max()).astype(np.float32)


@pytest.fixture(scope="session")
def speech() -> NDArray[np.float32]:
    """Three seconds at 16 kHz, read-only: writing into the caller's array fails by itself."""
    made = voice()
    made.flags.writeable = False
    return made
