"""Linear-phase filters over whole clips, without delay."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from augment.audio import Audio

LEAST_BLOCK = 2048
"""Blocks of four times the taps, but at least this, so that they stay in a processor's fast memory."""


def filtered(audio: Audio, taps: NDArray[np.float32]) -> Audio:
    """The audio through an odd number of taps whose middle is their delay, as long as before; zeros beyond the ends.

    Overlap-save: all blocks are transformed at once. The same as ``scipy.signal.oaconvolve(..., mode="same")`` within
    rounding, and two to four times as fast.
    """
    from scipy import fft

    if len(taps) % 2 == 0:
        raise ValueError(f"a filter without delay has an odd number of taps, not {len(taps)}")
    size = fft.next_fast_len(max(LEAST_BLOCK, 4 * len(taps)), real=True)
    overlap = len(taps) - 1
    step = size - overlap
    padded = np.zeros(-(-len(audio) // step) * step + overlap, np.float32)
    padded[overlap // 2 : overlap // 2 + len(audio)] = audio
    spectra = fft.rfft(sliding_window_view(padded, size)[::step])
    spectra *= fft.rfft(taps, size)
    blocks = fft.irfft(spectra, size, overwrite_x=True)
    return np.asarray(blocks[:, overlap:].reshape(-1)[: len(audio)], dtype=np.float32)
