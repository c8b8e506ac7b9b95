"""Microphones: each colours the voice a little differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment.audio import Audio
from augment.effect import Effect, Params
from augment.filters import filtered
from augment.spec import Number, Span

BANDS_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
"""Octaves; gains between them lie on straight lines over the logarithm of frequency."""
LENGTH_S = 0.064
"""Of the filter: long enough to tell 125 from 250 Hz."""


@dataclass(frozen=True, kw_only=True)
class Microphone(Effect):
    """A random equaliser: each octave is raised or lowered by up to ``ripple_db``, and the whole tilted by
    ``tilt_db`` an octave about 1 kHz. Linear phase, without delay.
    """

    name = "microphone"
    examples = ({"ripple_db": [1, 6], "tilt_db": [-2, 2]},)
    ripple_db: Annotated[Span, Number(0.0, 20.0)]
    tilt_db: Annotated[Span, Number(-12.0, 12.0)] = 0.0

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:  # noqa: ARG002
        """The gain of each octave in dB."""
        ripple = generator.uniform(-1.0, 1.0, len(BANDS_HZ)) * fields["ripple_db"]
        tilt = np.log2(np.array(BANDS_HZ) / 1000.0) * fields["tilt_db"]
        return {"gains_db": [round(float(value), 2) for value in ripple + tilt]}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio through the drawn response."""
        from scipy import signal

        count = round(LENGTH_S * rate) | 1
        grid = np.linspace(0.0, rate / 2, 4 * count)
        gains_db = np.interp(np.log2(np.maximum(grid, 1.0)), np.log2(BANDS_HZ), params["gains_db"])
        taps = signal.firwin2(count, grid, 10.0 ** (gains_db / 20.0), fs=rate)
        return filtered(audio, taps.astype(np.float32))
