"""Clock drift: the two ends of a call never count samples at quite the same rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from augment.audio import Audio, fit_length, resample
from augment.effect import Effect
from augment.spec import Number, Span
from augment.time_map import TimeMap

QUALITY = "MQ"
"""soxr's medium quality: as exact as 16 bits, in half the time that it takes for 20."""


@dataclass(frozen=True, kw_only=True)
class Drift(Effect):
    """The receiving clock is fast by ``ppm`` millionths (slow, if negative): that many samples more, the sound slower
    and lower by as much. Quartz in telephones is within 100 ppm; at that, ten minutes are off by 60 ms.
    Does not keep time: see ``time_map``.
    """

    name = "drift"
    keeps_time = False
    examples = ({"ppm": [50, 300]}, {"ppm": [-300, -50]})
    ppm: Annotated[Span, Number(-1000.0, 1000.0)]

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio resampled (soxr, linear phase, no delay)."""
        slower = resample(audio, rate, rate * (1.0 + params["ppm"] * 1e-6), QUALITY)
        return fit_length(slower, cls.length_after(len(audio), rate, params))

    @classmethod
    def time_map(cls, params: Mapping[str, Any]) -> TimeMap:
        """Every moment comes later by ``ppm`` millionths of its time."""
        return TimeMap.stretch(1.0 + params["ppm"] * 1e-6)
