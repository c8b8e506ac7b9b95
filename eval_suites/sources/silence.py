"""Silence: digital zero, or with ``dither`` the last of 16 bits at random, as a quiet recorder writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import generator
from kowhisper_tel.core.audio import RATE


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of it."""
    n_samples = round(source["duration_s"] * RATE)
    if not source.get("dither"):
        return np.zeros(n_samples, np.float32)
    return np.asarray(generator(source, seed).integers(-1, 2, n_samples) / 32768.0, dtype=np.float32)
