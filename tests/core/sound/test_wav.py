"""Plain WAV without libsndfile: the same samples as with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from kowhisper_tel.core.audio import read_audio


@pytest.mark.parametrize("container", ["WAV", "WAVEX"])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
def test_samples_are_libsndfiles(container: str, subtype: str, tmp_path: Path) -> None:
    for tracks in (1, 2, 3):
        path = tmp_path / f"{tracks}.wav"
        noise = np.random.default_rng(tracks).normal(0, 0.2, (5_001, tracks))
        soundfile.write(path, noise, 16_000, format=container, subtype=subtype)
        wanted = soundfile.read(path, dtype="float32", always_2d=True)[0]
        np.testing.assert_array_equal(read_audio(path), wanted.mean(axis=1, dtype=np.float32))
        np.testing.assert_array_equal(read_audio(path, track=tracks - 1), wanted[:, tracks - 1])
        np.testing.assert_array_equal(read_audio(path, start_s=0.1, end_s=0.2, track=0), wanted[1_600:3_200, 0])
