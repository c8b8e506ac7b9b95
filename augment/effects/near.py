"""Too near a microphone: louder, with more bass, and with pops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from augment.audio import Audio
from augment.effect import Effect, Params
from augment.filters import filtered
from augment.spec import Number, Span
from augment.speech_level import active_level_dbfs, gain

USUAL_M = 0.1
"""From the mouth to the microphone of a telephone held as it should be, about."""

SOUND_M_S = 343.0
RESOLUTION_HZ = 12.5

STEP_S = 0.005
CLOSED_STEPS, RISING_STEPS = 6, 2
RISE_DB = 12.0
LEAST_DB = -25.0
"""A plosive's release: within 15 ms the level rises so far above the mean of the 30 ms before, to not too far below the
clip's loud parts. Tuned on Korean talks, where it finds 1.8 a second (their text has 2.0 plosives and affricates)."""

POP_HZ = 50.0
POP_S = 0.02
"""A pop is a blow of air: most of it below 100 Hz, and over in less than 100 ms (Shiota et al., Interspeech 2015)."""


@dataclass(frozen=True, kw_only=True)
class Near(Effect):
    """The mouth at ``distance_m`` from a cardioid microphone, not at the usual 0.1 m.

    The level rises by the law of distance (12 dB at 2.5 cm; with the bass, speech by some 19 dB, so a codec behind this
    may clip: where the terminal would turn it down, follow with ``level`` or ``agc``). The bass rises further, as a
    cardioid's half of pressure gradient has it: ``|1 + c / (4 pi i f d)|`` for a point source (Beranek, Acoustics,
    1954), over the same at 0.1 m. A pop comes with the part ``pops`` of the plosives, its peak up to ``pop_db`` over
    the active speech level.
    """

    name = "near"
    examples = ({"distance_m": [0.02, 0.05], "pops": [0.2, 0.6], "pop_db": [6, 15]}, {"distance_m": 0.05, "pops": 0})
    distance_m: Annotated[Span, Number(0.01, USUAL_M)]
    pops: Annotated[Span, Number(0.0, 1.0)] = 0.3
    pop_db: Annotated[Span, Number(-20.0, 30.0)] = 10.0

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:  # noqa: ARG002
        """A seed for the pops."""
        return {"seed": int(generator.integers(2**32))}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio louder, with bass and pops; the bass without delay at any frequency."""
        from scipy import signal

        louder = audio * gain(20.0 * float(np.log10(USUAL_M / params["distance_m"])))
        heard = filtered(louder, _taps(params["distance_m"], rate))
        level_dbfs = active_level_dbfs(audio, rate)
        if params["pops"] and level_dbfs > -np.inf:
            strikes = np.zeros(len(audio), np.float32)
            releases = plosives(audio, rate)
            generator = np.random.default_rng(params["seed"])
            pops = generator.random(len(releases)) < params["pops"]
            strikes[releases] = pops * generator.uniform(0.3, 1.0, len(releases))
            strikes *= gain(active_level_dbfs(louder, rate) + params["pop_db"])
            heard += signal.oaconvolve(strikes, _pop(rate))[: len(audio)]
        return np.asarray(heard, dtype=np.float32)


def plosives(audio: Audio, rate: int) -> NDArray[np.intp]:
    """The samples at which sounds come suddenly after a closure, to 5 ms: most are plosives, not all."""
    step = max(1, round(STEP_S * rate))
    brighter = np.diff(audio, prepend=audio[:1])
    blocks = np.pad(brighter, (0, -len(audio) % step)).reshape(-1, step).astype(np.float64)
    levels = 10.0 * np.log10(np.mean(blocks**2, axis=1) + 1e-12)
    before = np.pad(levels, (CLOSED_STEPS + RISING_STEPS, 0), mode="edge")
    closed = np.convolve(before, np.full(CLOSED_STEPS, 1.0 / CLOSED_STEPS), "valid")[: len(levels)]
    sudden = np.flatnonzero((levels > closed + RISE_DB) & (levels > np.percentile(levels, 95) + LEAST_DB))
    return sudden[np.diff(sudden, prepend=-len(levels)) > CLOSED_STEPS + RISING_STEPS] * step


def proximity_db(frequencies: NDArray[np.float64], distance_m: float) -> NDArray[np.float64]:
    """The bass rise in dB at frequencies in Hz."""
    turn_hz = SOUND_M_S / (4.0 * np.pi)
    near, usual = (frequencies**2 + (turn_hz / away) ** 2 for away in (distance_m, USUAL_M))
    return np.asarray(10.0 * np.log10(near / usual))


def _taps(distance_m: float, rate: int) -> NDArray[np.float32]:
    from scipy import signal

    count = round(rate / RESOLUTION_HZ) | 1
    grid = np.linspace(0.0, rate / 2, 4 * count)
    return np.asarray(signal.firwin2(count, grid, 10.0 ** (proximity_db(grid, distance_m) / 20.0), fs=rate), np.float32)


def _pop(rate: int) -> NDArray[np.float32]:
    """A damped swing, its peak 1."""
    moments = np.arange(round(6 * POP_S * rate)) / rate
    swing = np.sin(2 * np.pi * POP_HZ * moments) * np.exp(-moments / POP_S) * (1.0 - np.exp(-moments / 0.002))
    return np.asarray(swing / np.abs(swing).max(), dtype=np.float32)
