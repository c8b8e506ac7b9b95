"""Comfort noise: what a receiver fills pauses with, soft noise of a level and a spectrum that change every 160 ms.

A level every so often and a few filter coefficients are all that is sent (RFC 3389; 3GPP TS 26.092 for AMR).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.signal import lfilter

from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import at_level, generator
from kowhisper_tel.core.audio import RATE

UPDATE_S = 0.16
CHANGE_DB = 1.0


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of it at ``dbfs``; how dull it is is drawn."""
    draw, n_samples = generator(source, seed), round(source["duration_s"] * RATE)
    noise = lfilter([1.0], [1.0, -draw.uniform(0.3, 0.9)], draw.standard_normal(n_samples))
    updates = draw.normal(0.0, CHANGE_DB, int(n_samples / RATE / UPDATE_S) + 2)
    levels_db = np.interp(np.arange(n_samples) / RATE, np.arange(len(updates)) * UPDATE_S, updates)
    return at_level(noise * 10.0 ** (levels_db / 20.0), source["dbfs"])
