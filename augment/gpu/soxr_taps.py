"""The filters of soxr, measured by impulses, so that another resampler can be the same.

``augment.audio.resample`` is soxr's ``HQ``, whose band is flat to 91 % of the lower rate's half and ends there;
``torchaudio.functional.resample`` has other filters. From 16 to 8 kHz, its defaults lie 16 dB from soxr on white noise
(error energy under the signal's) and 32 dB between 300 and 3400 Hz. The best Kaiser windows found come to 96 dB between
these but to 56 dB with the edge of the band, and a quantiser makes such errors larger. These taps come to 130 dB on
white noise, at factors of 2 and 3. (At larger ones soxr has several stages, and a clip's first milliseconds differ.)
"""

from __future__ import annotations

import functools

import numpy as np

from augment.audio import Audio, resample

REACH = 128
"""Samples of the lower rate to either side of the middle; what lies beyond is below soxr's own rounding."""

LOWER_HZ = 8000
"""Any rate: soxr's filter depends on the ratio only."""


@functools.cache
def down(factor: int) -> Audio:
    """Taps ``[2 * REACH * factor + 1]`` at the higher rate: convolve, then keep each ``factor``-th sample."""
    middle = REACH * factor
    taps = np.zeros(2 * middle + 1)
    for late in range(factor):
        # Out comes h[factor * m - late] around the middle: one phase of the filter.
        impulse = np.zeros(2 * middle + factor, np.float32)
        impulse[middle + late] = 1.0
        places = factor * np.arange(2 * REACH + 1) - late
        inside = places >= 0
        taps[places[inside]] = resample(impulse, factor * LOWER_HZ, LOWER_HZ)[inside]
    return _even(taps)


@functools.cache
def up(factor: int) -> Audio:
    """Taps ``[2 * REACH * factor + 1]`` at the higher rate: zeros after each sample, then convolve."""
    impulse = np.zeros(2 * REACH + 1, np.float32)
    impulse[REACH] = 1.0
    return _even(resample(impulse, LOWER_HZ, factor * LOWER_HZ)[: 2 * REACH * factor + 1].astype(np.float64))


def _even(taps: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Audio:
    """Both halves alike, as the filter is: halves soxr's rounding error."""
    return np.asarray((taps + taps[::-1]) / 2.0, dtype=np.float32)
