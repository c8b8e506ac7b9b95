"""Band limits, by default the telephone's 300 to 3400 Hz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment.audio import Audio
from augment.effect import Effect
from augment.spec import Number, Span

ORDER = 6
"""Of each Butterworth side; it is run forwards and backwards, so slopes are twice as steep."""

EDGE = (2.0**0.5 - 1.0) ** (1.0 / (2 * ORDER))
"""By how much a side is moved out so that the two runs together lose 3 dB at the edge, not 6."""


@dataclass(frozen=True, kw_only=True)
class Band(Effect):
    """Keeps ``low_hz`` to ``high_hz``, 3 dB down at both edges, without delay at any frequency.

    A ``low_hz`` of 0, or a ``high_hz`` at half the rate or above, leaves that side open.
    """

    name = "band"
    low_hz: Annotated[Span, Number(0.0, 20000.0)] = 300.0
    high_hz: Annotated[Span, Number(100.0, 96000.0)] = 3400.0

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio within the band (scipy, second-order sections forwards and backwards)."""
        from scipy import signal

        sections = []
        if params["low_hz"] > 0:
            sections.append(signal.butter(ORDER, params["low_hz"] * EDGE, "highpass", fs=rate, output="sos"))
        if params["high_hz"] / EDGE < rate / 2:
            sections.append(signal.butter(ORDER, params["high_hz"] / EDGE, "lowpass", fs=rate, output="sos"))
        if not sections:
            return audio
        # Long enough for the slowest edge to settle on what is put before the clip, as far as the clip has it.
        padding = min(len(audio) - 1, rate // 20)
        filtered = signal.sosfiltfilt(np.concatenate(sections), audio, padlen=padding)
        return np.asarray(filtered, dtype=np.float32)
