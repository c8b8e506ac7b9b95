"""Hard clipping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment.audio import Audio
from augment.effect import Effect
from augment.spec import Number, Span
from augment.speech_level import gain


@dataclass(frozen=True, kw_only=True)
class Clip(Effect):
    """Cuts peaks off, as an overdriven microphone or converter does; the level of the rest stays.

    ``over_db``: how far the highest peak stands above the clipping point, whatever the clip's level.
    """

    name = "clip"
    examples = ({"over_db": [3, 12]},)
    over_db: Annotated[Span, Number(0.0, 60.0)]

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:  # noqa: ARG003
        """The audio within plus and minus the clipping point."""
        limit = np.abs(audio).max() * gain(-params["over_db"])
        return np.clip(audio, -limit, limit)
