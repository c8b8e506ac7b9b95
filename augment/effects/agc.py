"""Automatic gain control, as handsets, conference bridges and recorders have it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment.audio import Audio
from augment.effect import Effect
from augment.spec import Number, Span

STEP_S = 0.005
GATE_DB = 40.0
"""How far below the target a sound is taken for background, and the gain left where it was."""


@dataclass(frozen=True, kw_only=True)
class Agc(Effect):
    """Follows the level and brings it towards ``target_dbfs``, by at most ``most_db`` either way.

    ``time_s``: how long the gain takes for 63 % of its way up; down it goes ten times as fast, so that speech, whose
    peaks it follows, ends up 1 to 3 dB below the target. Sounds 40 dB below the target leave the gain where it is.
    """

    name = "agc"
    examples = ({"target_dbfs": [-26, -18], "time_s": [0.2, 1.5], "most_db": 15},)
    target_dbfs: Annotated[Span, Number(-60.0, 0.0)] = -20.0
    time_s: Annotated[Span, Number(0.05, 10.0)] = 0.5
    most_db: Annotated[Span, Number(0.0, 40.0)] = 15.0

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio with a gain that changes slowly."""
        step = max(1, round(STEP_S * rate))
        padded = np.pad(audio, (0, -len(audio) % step)).reshape(-1, step).astype(np.float64)
        levels = 10.0 * np.log10(np.mean(padded**2, axis=1) + 1e-12)
        rise = 1.0 - math.exp(-STEP_S / params["time_s"])
        fall = 1.0 - math.exp(-10.0 * STEP_S / params["time_s"])
        target, most, now = params["target_dbfs"], params["most_db"], 0.0
        gains_db = np.empty(len(levels))
        for index, level in enumerate(levels.tolist()):
            if level > target - GATE_DB:
                wanted = min(max(target - level, -most), most)
                now += (wanted - now) * (rise if wanted > now else fall)
            gains_db[index] = now
        middles = (np.arange(len(levels)) + 0.5) * step
        gains = 10.0 ** (np.interp(np.arange(len(audio)), middles, gains_db) / 20.0)
        return np.asarray(audio * gains, dtype=np.float32)
