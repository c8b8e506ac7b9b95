"""Line hum: mains at 60 Hz with its harmonics, and the faint hiss of an analogue line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augment import noises
from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import at_level, generator
from kowhisper_tel.core.audio import RATE

HISS_DB = -20.0
"""Of the hum's level."""


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of it at ``dbfs``."""
    draw, n_samples = generator(source, seed), round(source["duration_s"] * RATE)
    hum, hiss = (noises.synthesise(name, n_samples, RATE, draw) for name in ("hum", "white"))
    return at_level(at_level(hum, 0.0) + at_level(hiss, HISS_DB), source["dbfs"])
