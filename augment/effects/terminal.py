"""The telephone's own sound: sending and receiving responses of handsets, as ITU-T gives them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from augment.audio import Audio
from augment.effect import Effect
from augment.errors import unknown
from augment.filters import filtered
from augment.spec import Choice, Name

RESPONSES: Mapping[str, Mapping[float, float]] = {
    # The Intermediate Reference System's sending end, with the narrow band of a line (P.48, table 1).
    "irs": {
        0: -75, 75: -58, 100: -45.8, 125: -36.1, 150: -28.3, 175: -22.9, 200: -19.3, 250: -14.4, 300: -11.3, 315: -10.8,
        350: -9.8, 400: -8.4, 500: -6.8, 600: -6.3, 800: -4.9, 1000: -3.7, 1250: -2.3, 1600: -0.5, 2000: 0.3,
        2500: 1.6, 3000: 1.5, 3150: 1.6, 3300: -0.2, 3400: -2.3, 3500: -7.2, 3600: -13.2, 3700: -19.2, 3800: -25,
        4000: -36.9, 4250: -50, 4500: -75,
    },
    # The same as today's terminals have it, without the line's edges (P.830, annex D).
    "modified_irs": {
        0: -65, 50: -49.3, 75: -40.5, 100: -31.8, 125: -24.7, 150: -18.9, 175: -15.3, 200: -13.3, 250: -10.3, 300: -8.6,
        400: -7.0, 500: -6.3, 600: -6.0, 800: -4.9, 1000: -3.7, 1250: -2.3, 1500: -0.9, 1800: -0.2, 2000: -0.1,
        2250: 0.5, 2500: 1.3, 2800: 1.75, 3100: 2.1, 3200: 1.95, 3300: 1.4, 3400: 0.6, 3500: -0.3, 3600: -1.1,
        3800: -2.4, 4000: -3.5, 4500: -6.2, 5000: -9, 5500: -13.2, 6000: -19.5, 6500: -26.6, 7000: -33.2, 8000: -40,
    },
    # The receiving end of a line (P.830, annex D).
    "modified_irs_receive": {
        0: -70, 25: -63, 50: -42, 75: -32.7, 100: -25.9, 125: -20.3, 150: -15.9, 175: -12.2, 200: -9.3, 225: -6.8,
        250: -4.9, 275: -3.4, 300: -2.2, 325: -1.4, 350: -0.8, 400: -0.2, 450: 0, 3400: 0, 3450: 0, 3500: -0.2,
        3600: -2.2, 3700: -9.3, 3800: -26, 3900: -63, 4000: -75,
    },
    # A mobile station's input: a high-pass, and nothing else (ITU-T G.191, MSIN).
    "msin": {
        0: -60, 25: -36.8, 50: -25.1, 75: -18.1, 100: -13.1, 125: -9.4, 150: -6.5, 175: -4.3, 200: -2.7, 225: -1.6,
        250: -0.8, 275: -0.4, 300: -0.1, 350: 0, 8000: 0,
    },
    # A wideband terminal: 50 to 7000 Hz (P.341).
    "p341": {
        0: -60, 10: -40, 25: -18.5, 37: -8, 50: -2.2, 60: -0.2, 75: 0.1, 100: 0, 6950: 0, 7000: -3, 7100: -25,
        7250: -70, 8000: -75,
    },
}  # fmt: skip
"""Gain in dB by frequency in Hz; straight lines of dB over frequency between. Rounded values of the Recommendations."""

RESOLUTION_HZ = 8.0
"""How finely a filter follows its response: 1 / 8 s of taps, for P.341's edge below 50 Hz."""


def _check_response(name: str) -> None:
    if name not in RESPONSES:
        raise unknown("terminal", name, tuple(RESPONSES))


@functools.lru_cache(maxsize=32)
def _taps(response: str, rate: int) -> NDArray[np.float32]:
    """A linear-phase filter, odd in length, so that its middle is its delay."""
    from scipy import signal

    points = RESPONSES[response]
    count = round(rate / RESOLUTION_HZ) | 1
    grid = np.linspace(0.0, rate / 2, 8 * count)
    gains_db = np.interp(grid, list(points), list(points.values()))
    gains = 10.0 ** (gains_db / 20.0)
    return np.asarray(signal.firwin2(count, grid, gains, window=("kaiser", 6.0), fs=rate), np.float32)


@dataclass(frozen=True, kw_only=True)
class Terminal(Effect):
    """A handset's frequency response, without delay at any frequency.

    ``response``: ``irs`` (send, ITU-T P.48), ``modified_irs`` and ``modified_irs_receive`` (P.830), ``msin`` (a
    mobile's input, G.191) or ``p341`` (wideband, P.341).
    """

    name = "terminal"
    examples = ({"response": ["irs", "modified_irs", "modified_irs_receive", "msin", "p341"]},)
    response: Annotated[Choice, Name(_check_response)] = "modified_irs"

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """The audio as the terminal sends or gives it."""
        return filtered(audio, _taps(params["response"], rate))
