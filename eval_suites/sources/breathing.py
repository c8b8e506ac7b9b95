"""Breathing into the microphone: in and out 12 to 20 times a minute, noise of the mouth's colour with soft edges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import add, at_level, generator
from kowhisper_tel.core.audio import RATE

PER_MINUTE = (12.0, 20.0)
"""Breaths of an adult at rest."""
IN_HZ, OUT_HZ = (400.0, 4000.0), (200.0, 2000.0)
"""Where most of the noise lies; breathing in is the brighter."""


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of it at ``dbfs``."""
    draw = generator(source, seed)
    sound = np.zeros(round(source["duration_s"] * RATE))
    start_s = draw.uniform(0.0, 1.0)
    while start_s < source["duration_s"]:
        cycle_s = 60.0 / draw.uniform(*PER_MINUTE)
        add(sound, start_s, _breath(draw, 0.35 * cycle_s, IN_HZ) * draw.uniform(0.4, 0.8))
        add(sound, start_s + 0.4 * cycle_s, _breath(draw, 0.45 * cycle_s, OUT_HZ) * draw.uniform(0.7, 1.0))
        start_s += cycle_s
    return at_level(sound, source["dbfs"])


def _breath(draw: np.random.Generator, length_s: float, band_hz: tuple[float, float]) -> NDArray[np.float64]:
    n_samples = round(length_s * RATE)
    noise = sosfilt(butter(2, band_hz, "bandpass", fs=RATE, output="sos"), draw.standard_normal(n_samples))
    return np.asarray(noise * np.sin(np.pi * np.arange(n_samples) / n_samples) ** 2)
