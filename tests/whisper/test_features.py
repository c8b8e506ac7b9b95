"""Features equal transformers' own; any length is taken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.whisper.features import log_mel, log_mel_batch

Clip = Callable[[int, float], np.ndarray]


@pytest.mark.parametrize("n_mels", [80, 128])
def test_padded_audio_gives_the_features_of_transformers(clip: Clip, n_mels: int) -> None:
    from transformers import WhisperFeatureExtractor

    audio = clip(1, 3.7)
    expected = WhisperFeatureExtractor(feature_size=n_mels)(audio, sampling_rate=16_000, return_tensors="np")
    padded = np.pad(audio, (0, 480_000 - len(audio)))
    np.testing.assert_allclose(log_mel(padded, n_mels), expected.input_features[0], atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5000))
def test_a_frame_for_every_ten_milliseconds(samples: int) -> None:
    features = log_mel(np.full(samples, 0.1, dtype=np.float32))
    assert features.shape == (80, samples // 160)
    assert np.isfinite(features).all()


def test_a_batch_gives_what_its_clips_give_alone(clip: Clip) -> None:
    import torch

    clips = np.stack([clip(1, 1.0), 0.01 * clip(2, 1.0)])
    together = log_mel_batch(torch.from_numpy(clips)).numpy()
    for row, audio in zip(together, clips, strict=True):
        np.testing.assert_allclose(row, log_mel(audio), atol=1e-5)
