"""Filters over whole clips, against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from augment.filters import filtered


@pytest.mark.parametrize("n_samples", [1, 79, 319, 2048, 30_001])
@pytest.mark.parametrize("n_taps", [1, 33, 319, 2001])
def test_the_same_as_scipy(n_samples: int, n_taps: int) -> None:
    generator = np.random.default_rng(3)
    audio = generator.standard_normal(n_samples).astype(np.float32)
    audio.flags.writeable = False
    taps = signal.firwin(n_taps, 0.4).astype(np.float32)
    heard = filtered(audio, taps)
    assert heard.dtype == np.float32
    assert not np.may_share_memory(heard, audio)
    assert np.abs(heard - signal.oaconvolve(audio.astype(float), taps, mode="same")).max() < 3e-6


def test_no_middle_no_filter() -> None:
    with pytest.raises(ValueError, match="odd number of taps, not 4"):
        filtered(np.zeros(9, np.float32), np.ones(4, np.float32))
