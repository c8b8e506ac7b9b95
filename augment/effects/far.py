"""Too far from the microphone: a telephone on the table, or hands-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment.audio import Audio
from augment.effect import Effect, Params
from augment.filters import filtered
from augment.spec import Number, Span
from augment.speech_level import gain

USUAL_M = 0.1
"""From the mouth to the microphone of a telephone held as it should be, about."""

SOUND_M_S = 343.0
SMALLEST_M, LARGEST_M = (3.0, 3.0, 2.3), (6.0, 5.0, 2.8)
"""Length, width and height of the rooms that are drawn."""

LEAST_M = 0.3
"""From a wall to mouth and microphone."""

TREBLE_FROM_HZ, TREBLE_AT_HZ = 1000.0, 4000.0
LENGTH_S = 0.02


@dataclass(frozen=True, kw_only=True)
class Far(Effect):
    """The mouth at ``distance_m`` from the microphone, not at the usual 0.1 m.

    The level falls by the law of distance (20 dB at 1 m: follow with ``agc`` or ``level`` if the terminal makes up for
    it). Walls, floor and ceiling of a drawn room each give one reflection (the first images of Allen and Berkley, JASA
    65, 1979), ``reflection`` of the amplitude that its longer way leaves. ``treble_db`` is lost at 4 kHz, from 1 kHz on
    along a straight line over the logarithm of frequency: a mouth that is turned away loses treble (Monson, Hunter and
    Story, JASA 132, 2012), how much is our choice. Late reverberation is not in it.
    """

    name = "far"
    examples = ({"distance_m": [0.3, 2], "reflection": [0.3, 0.7], "treble_db": [0, 8]},)
    distance_m: Annotated[Span, Number(USUAL_M, 2.0)]
    reflection: Annotated[Span, Number(0.0, 0.95)] = 0.7
    treble_db: Annotated[Span, Number(0.0, 30.0)] = 4.0

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:  # noqa: ARG002
        """The ways of the six reflections in m, in a room with mouth and microphone at the same height."""
        room = generator.uniform(SMALLEST_M, LARGEST_M)
        angle = generator.uniform(0.0, 2 * np.pi)
        away = fields["distance_m"] * np.array([np.cos(angle), np.sin(angle), 0.0])
        corner = generator.uniform(LEAST_M, room - LEAST_M - np.abs(away))
        microphone, mouth = corner + np.maximum(-away, 0.0), corner + np.maximum(away, 0.0)
        ways = []
        for axis in range(3):
            for wall in (0.0, room[axis]):
                image = mouth.copy()
                image[axis] = 2 * wall - mouth[axis]
                ways.append(round(float(np.linalg.norm(image - microphone)), 4))
        return {"ways_m": ways}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio quieter, duller, and with its reflections; the direct sound stays where it was."""
        from scipy import signal

        distance_m = params["distance_m"]
        heard = audio.copy()
        for way_m in params["ways_m"]:
            late = round((way_m - distance_m) / SOUND_M_S * rate)
            heard[late:] += audio[: max(0, len(audio) - late)] * np.float32(params["reflection"] * distance_m / way_m)
        count = round(LENGTH_S * rate) | 1
        grid = np.linspace(0.0, rate / 2, 4 * count)
        octaves = np.log2(np.maximum(grid, TREBLE_FROM_HZ) / TREBLE_FROM_HZ)
        gains_db = -params["treble_db"] * octaves / np.log2(TREBLE_AT_HZ / TREBLE_FROM_HZ)
        taps = signal.firwin2(count, grid, 10.0 ** (gains_db / 20.0), fs=rate).astype(np.float32)
        quieter = gain(20.0 * float(np.log10(USUAL_M / distance_m)))
        return filtered(heard, taps) * quieter
