"""Resampling through a lower rate: what a narrower system leaves of the band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from augment import audio as arrays
from augment.audio import Audio, fit_length
from augment.effect import Effect
from augment.spec import Number, Span


@dataclass(frozen=True, kw_only=True)
class Resample(Effect):
    """Down to ``rate_hz`` and back (soxr, linear phase, no delay). A rate that is not lower changes nothing."""

    name = "resample"
    examples = ({}, {"rate_hz": [5000, 11025]})
    rate_hz: Annotated[Span, Number(1000.0, 192000.0)] = 8000.0

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio without what the lower rate cannot hold."""
        lower_hz = params["rate_hz"]
        if lower_hz >= rate:
            return audio
        return fit_length(arrays.resample(arrays.resample(audio, rate, lower_hz), lower_hz, rate), len(audio))
