"""Ring-back tone as in Korea: 440 and 480 Hz, 1 s on, 2 s off (ITU-T, various tones used in national networks)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augment.effects.insertion import RINGBACK_HZ, RINGBACK_OFF_S, RINGBACK_ON_S
from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import at_level, cadence, generator, moments, tones


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:  # noqa: ARG001 (every source is asked alike)
    """``duration_s`` of it at ``dbfs``; where in its cadence it begins is drawn."""
    at_s = moments(source)
    late_s = generator(source, seed).uniform(0.0, RINGBACK_ON_S + RINGBACK_OFF_S)
    sound = tones(at_s, RINGBACK_HZ) * cadence(at_s + late_s, RINGBACK_ON_S, RINGBACK_OFF_S)
    return at_level(sound, source["dbfs"])
