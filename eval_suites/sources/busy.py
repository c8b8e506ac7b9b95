"""Busy and congestion tone as in Korea: 480 and 620 Hz, 0.5 s on and off, or 0.3 s on and 0.2 s off.

From ITU-T, Various tones used in national networks (according to Recommendation E.180).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import at_level, cadence, generator, moments, tones

BUSY_HZ = (480.0, 620.0)
ON_OFF_S = {"busy": (0.5, 0.5), "congestion": (0.3, 0.2)}


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of it at ``dbfs``. ``style``: one of ``ON_OFF_S``; where in it the clip begins is drawn."""
    on_s, off_s = ON_OFF_S[source["style"]]
    at_s = moments(source)
    late_s = generator(source, seed).uniform(0.0, on_s + off_s)
    return at_level(tones(at_s, BUSY_HZ) * cadence(at_s + late_s, on_s, off_s), source["dbfs"])
