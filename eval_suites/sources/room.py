"""A room in which nobody speaks: its air conditioning, hum, and now and then a chair, a step or something set down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment import noises
from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import add, at_level, generator
from kowhisper_tel.core.audio import RATE

HUM_DB = -12.0
"""Of the level of the air."""
THUMPS_PER_S = 0.4


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of it; ``dbfs`` is the level of all."""
    draw, n_samples = generator(source, seed), round(source["duration_s"] * RATE)
    air = at_level(noises.synthesise(str(draw.choice(["pink", "brown"])), n_samples, RATE, draw), 0.0)
    sound = (air + at_level(noises.synthesise("hum", n_samples, RATE, draw), HUM_DB)).astype(np.float64)
    start_s = draw.exponential(1 / THUMPS_PER_S)
    while start_s < source["duration_s"]:
        add(sound, start_s, _thump(draw))
        start_s += draw.exponential(1 / THUMPS_PER_S)
    return at_level(sound, source["dbfs"])


def _thump(draw: np.random.Generator) -> NDArray[np.float64]:
    at_s = np.arange(round(0.3 * RATE)) / RATE
    body = np.sin(2 * np.pi * draw.uniform(60, 300) * at_s) * np.exp(-at_s / draw.uniform(0.02, 0.06))
    scrape = 0.5 * draw.standard_normal(len(at_s)) * np.exp(-at_s / draw.uniform(0.005, 0.03))
    return np.asarray(draw.uniform(1.0, 6.0) * (body + scrape))
