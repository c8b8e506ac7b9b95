"""Packet loss: which frames of a stream are lost.

Gilbert-Elliott (Gilbert 1960, Elliott 1963) in its usual telephone form: a good state that loses nothing and a bad
state that loses all, so that the loss rate and the mean burst say everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from augment.errors import SpecError
from augment.spec import Number, Span, Spec

NEVER = 1e-12
"""A rate below this loses nothing in any stream that can be held."""


@dataclass(frozen=True, kw_only=True)
class GilbertElliott(Spec):
    """``rate``: the share of frames lost. ``mean_burst``: frames lost in a row, on average; without it, frames are
    lost independently of each other.

    Raises:
        SpecError: a rate that bursts so short cannot reach (rate is at most ``mean_burst / (mean_burst + 1)``).
    """

    title = "loss"
    rate: Annotated[Span, Number(0.0, 0.95)]
    mean_burst: Annotated[Span | None, Number(1.0, 1000.0)] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mean_burst is not None:
            _leave_good(np.max(self.rate), np.min(self.mean_burst))


def _leave_good(rate: float, mean_burst: float) -> float:
    """The chance that a lost frame follows one that was not."""
    chance = rate / (1.0 - rate) / mean_burst
    if chance > 1.0 + 1e-9:
        raise SpecError(
            f"loss: rate {rate:g} cannot be reached with bursts of {mean_burst:g} frames: "
            f"mean_burst must be {rate / (1.0 - rate):.3g} or more, or rate at most {mean_burst / (1 + mean_burst):.3g}"
        )
    return float(min(chance, 1.0))


def lost_runs(
    generator: np.random.Generator, n_frames: int, rate: float, mean_burst: float | None = None
) -> NDArray[np.int64]:
    """Lost frames as runs ``[k, 2]`` of (first frame, number of frames), from a stationary start."""
    if rate < NEVER or n_frames <= 0:
        return np.zeros((0, 2), np.int64)
    burst = 1.0 / (1.0 - rate) if mean_burst is None else mean_burst
    leave_good, leave_bad = _leave_good(rate, burst), 1.0 / burst
    starts_bad = generator.random() < rate
    good: list[NDArray[np.int64]] = []
    bad: list[NDArray[np.int64]] = []
    covered = 0
    while covered < n_frames:
        # A state that is left with the same chance at every frame lasts a geometric number of frames.
        pairs = 8 + int(1.2 * (n_frames - covered) / (1.0 / leave_good + burst))
        # Cut at the stream's length, for at tiny rates a stay may be too long to add up.
        good.append(np.minimum(generator.geometric(leave_good, pairs), n_frames))
        bad.append(np.minimum(generator.geometric(leave_bad, pairs), n_frames))
        covered += int(good[-1].sum() + bad[-1].sum())
    return _laid_out(np.concatenate(good), np.concatenate(bad), starts_bad, n_frames)


def _laid_out(good: NDArray[np.int64], bad: NDArray[np.int64], starts_bad: bool, n_frames: int) -> NDArray[np.int64]:
    """The runs of bad frames inside ``n_frames`` when good and bad take turns."""
    if starts_bad:
        starts = np.concatenate(([0], np.cumsum(bad + good)[:-1]))
    else:
        starts = np.cumsum(good) + np.concatenate(([0], np.cumsum(bad)[:-1]))
    inside = starts < n_frames
    starts, lengths = starts[inside], bad[inside]
    return np.stack([starts, np.minimum(lengths, n_frames - starts)], axis=1)
