"""The loudest there is: codecs clip, and never wrap around."""

from __future__ import annotations

import numpy as np
import pytest

from augment import codecs
from augment.codecs import named_only

QUIET_START = 2000
LIBRARY_WRAPS = 2
"""The AMR-WB libraries wrap a sample or two of a tone at full scale (at 0.9 of it, none)."""


@pytest.mark.parametrize("name", [name for name in codecs.names() if name not in named_only.NAMES])
def test_a_full_scale_tone_stays_a_tone(name: str) -> None:
    codec = codecs.get(name)
    if not codec.available:
        pytest.skip(f"{name} is not available here; to get it: {codec.how_to_get}")
    tone = 32767 * np.sin(2 * np.pi * 300 * np.arange(2 * codec.rate_hz) / codec.rate_hz)
    heard = codec.transmit(tone.astype(np.int16))[QUIET_START:].astype(np.int64)
    # From one sample to the next a tone of 300 Hz moves by a quarter of full scale at most; a wrap, by twice as much.
    wraps = int(np.sum(np.abs(np.diff(heard)) > 49152))
    assert wraps <= (LIBRARY_WRAPS if name.startswith("amr-wb") else 0)
    assert 0.05 * 32768 < np.sqrt(np.mean(heard.astype(float) ** 2)) < 32768


@pytest.mark.parametrize("kbps", [16, 24, 32, 40])
def test_g726_does_not_wrap_around(kbps: int) -> None:
    codec = codecs.get(f"g726-{kbps}")
    if not codec.available:
        pytest.skip(f"{codec.name} is not available here; to get it: {codec.how_to_get}")
    square = np.where(np.arange(16000) // 10 % 2, 32767, -32768).astype(np.int16)
    heard = codec.transmit(square)[: len(square)]
    assert np.corrcoef(square, heard)[0, 1] > 0.8
    steady = codec.transmit(np.full(8000, 32767, np.int16))[QUIET_START:8000]
    assert steady.min() > 24000
