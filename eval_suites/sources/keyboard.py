"""A keyboard beside the telephone: words typed by an agent who is silent, over the sound of the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from augment import noises
from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import add, at_level, generator
from kowhisper_tel.core.audio import RATE

KEYS_PER_S = (5.0, 8.0)
ROOM_DB = -25.0
"""Of the keys' level."""


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of it; ``dbfs`` is the level of all."""
    draw = generator(source, seed)
    keys = np.zeros(round(source["duration_s"] * RATE))
    start_s = draw.uniform(0.0, 0.5)
    while start_s < source["duration_s"]:
        for _ in range(draw.integers(3, 9)):
            add(keys, start_s, _click(draw, 1.0))
            add(keys, start_s + draw.uniform(0.06, 0.1), _click(draw, 0.4))  # let go
            start_s += 1.0 / draw.uniform(*KEYS_PER_S)
        start_s += draw.exponential(0.6)
    room = noises.synthesise("pink", len(keys), RATE, draw)
    return at_level(at_level(keys, 0.0) + at_level(room, ROOM_DB), source["dbfs"])


def _click(draw: np.random.Generator, strength: float) -> NDArray[np.float64]:
    """A burst of 20 ms: the key's own ring, and the thud of the desk."""
    at_s = np.arange(round(0.02 * RATE)) / RATE
    band = butter(2, (draw.uniform(1500, 2500), draw.uniform(4000, 7000)), "bandpass", fs=RATE, output="sos")
    ring = sosfilt(band, draw.standard_normal(len(at_s))) * np.exp(-at_s / 0.003)
    thud = 0.3 * np.sin(2 * np.pi * draw.uniform(120, 250) * at_s) * np.exp(-at_s / 0.006)
    return np.asarray(strength * draw.uniform(0.6, 1.0) * (ring + thud))
