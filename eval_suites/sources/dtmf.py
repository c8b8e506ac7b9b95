"""DTMF: keys that are dialled, each one tone of four low and one of four high ones (ITU-T Q.23).

A receiver must take tones and rests of 40 ms (ITU-T Q.24); diallers send a little more, and people hold keys longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment.effects.insertion import COLUMN_OVER_ROW_DB, COLUMNS_HZ, KEYS, ROWS_HZ
from augment.speech_level import gain
from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import add, at_level, cadence, generator
from kowhisper_tel.core.audio import RATE

SHORTEST_S = 0.06
MACHINE_S = (0.06, 0.15)
PERSON_S = (0.1, 0.35)


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of random keys at ``dbfs``. ``style``: ``machine`` (an even pace) or ``person`` (uneven)."""
    draw = generator(source, seed)
    sound = np.zeros(round(source["duration_s"] * RATE))
    even = source["style"] == "machine"
    on_s, off_s = draw.uniform(*MACHINE_S, size=2)
    start_s = draw.uniform(0.0, 0.5)
    while start_s < source["duration_s"]:
        if not even:
            on_s, off_s = draw.uniform(*PERSON_S), draw.uniform(*PERSON_S) + draw.exponential(0.2)
        add(sound, start_s, _key(KEYS[draw.integers(len(KEYS))], max(on_s, SHORTEST_S)))
        start_s += on_s + off_s
    return at_level(sound, source["dbfs"])


def _key(key: str, on_s: float) -> NDArray[np.float64]:
    at_s = np.arange(round(on_s * RATE)) / RATE
    row, column = divmod(KEYS.index(key), len(COLUMNS_HZ))
    low, high = (np.sin(2 * np.pi * tone_hz * at_s) for tone_hz in (ROWS_HZ[row], COLUMNS_HZ[column]))
    return np.asarray((low + float(gain(COLUMN_OVER_ROW_DB)) * high) * cadence(at_s, on_s, 1.0))
