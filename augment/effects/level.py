"""Level: gain to a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment.audio import Audio
from augment.effect import Effect
from augment.spec import Number, Span
from augment.speech_level import active_level_dbfs, gain


@dataclass(frozen=True, kw_only=True)
class Level(Effect):
    """Brings the active speech level to ``dbfs``. Peaks may pass full scale; silence stays as it is."""

    name = "level"
    examples = ({"dbfs": [-36, -16]},)
    dbfs: Annotated[Span, Number(-80.0, 0.0)]

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """One gain for the whole clip."""
        level_dbfs = active_level_dbfs(audio, rate)
        return audio.copy() if level_dbfs == -np.inf else audio * gain(params["dbfs"] - level_dbfs)
