"""Speaking rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from augment.audio import Audio
from augment.effect import Effect
from augment.spec import Number, Span
from augment.stretch import stretch
from augment.time_map import TimeMap


@dataclass(frozen=True, kw_only=True)
class Speed(Effect):
    """Speech ``factor`` times as fast, pitch and formants kept. Does not keep time: see ``time_map``."""

    name = "speed"
    keeps_time = False
    examples = ({"factor": [0.8, 1.25]},)
    factor: Annotated[Span, Number(0.5, 2.0)]

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """``n / factor`` samples."""
        n_samples = cls.length_after(len(audio), rate, params)
        return stretch(audio, rate, speed=params["factor"], n_samples=n_samples)

    @classmethod
    def time_map(cls, params: Mapping[str, Any]) -> TimeMap:
        """Every moment comes at ``1 / factor`` of its time."""
        return TimeMap.stretch(1.0 / params["factor"])
