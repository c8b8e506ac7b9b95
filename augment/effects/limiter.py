"""A peak limiter, as recorders, media gateways and handsets have it before anything that would clip."""

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
class Limiter(Effect):
    """Turns down what would pass ``threshold_dbfs`` (of the peak, not the level), and lets no sample pass.

    The gain falls over the ``look_ahead_ms`` before a peak and rises again by ``release_db_per_s``; the 0.5 to 25 ms
    and 50 to 700 ms for 10 dB that audiomentations draws for its ``Limiter`` are usual. Nothing comes late, for the
    whole clip is at hand; where the gain is back, samples are as they were.
    """

    name = "limiter"
    examples = (
        {"threshold_dbfs": [-24, -6]},
        {"threshold_dbfs": -15, "look_ahead_ms": 0, "release_db_per_s": [15, 200]},
    )
    threshold_dbfs: Annotated[Span, Number(-60.0, 0.0)]
    look_ahead_ms: Annotated[Span, Number(0.0, 100.0)] = 5.0
    release_db_per_s: Annotated[Span, Number(1.0, 10_000.0)] = 100.0

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio under the threshold."""
        from scipy.ndimage import maximum_filter1d

        threshold = gain(params["threshold_dbfs"])
        if np.abs(audio).max() <= threshold:
            return audio.copy()
        over_db = 20.0 * np.log10(np.maximum(np.abs(audio, dtype=np.float64) / threshold, 1.0))
        width = 1 + round(params["look_ahead_ms"] * rate / 1000.0)
        ahead_db = maximum_filter1d(over_db, width, mode="constant", origin=-(width // 2))
        # The greatest of all that came before, each less what has been released since.
        released_db = np.arange(len(audio)) * (params["release_db_per_s"] / rate)
        held_db = np.maximum(np.maximum.accumulate(ahead_db + released_db) - released_db, 0.0)
        # A mean of values that are each as great as the peak's is so too: the gain arrives in time. Before the clip
        # it was what the clip begins with.
        sums_db = np.cumsum(np.concatenate([[0.0], np.full(width - 1, held_db[0]), held_db]))
        down_db = (sums_db[width:] - sums_db[:-width]) / width
        limited = (audio * np.exp(down_db * (-np.log(10.0) / 20.0))).astype(np.float32)
        return np.asarray(np.clip(limited, -threshold, threshold))  # of rounding only
