"""Log-mel features as Whisper was trained on (Radford et al. 2022, section 2.2), of any length.

A frame is 10 ms (160 samples at 16 kHz) under a 25 ms Hann window. The values equal those of transformers'
``WhisperFeatureExtractor`` on the same samples; audio is not padded here, because how much silence follows the
speech is the decoder's choice (see ``decoding``).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.audio import RATE

if TYPE_CHECKING:
    import torch


HOP = 160
WINDOW = 400
MAX_S = 30.0
MAX_FRAMES = 3000


def log_mel(audio: NDArray[np.float32], n_mels: int = 80) -> NDArray[np.float32]:
    """Features ``float32[n_mels, n // 160]`` of ``audio`` ``float32[n]`` (16 kHz, -1 to 1)."""
    import torch

    samples = torch.from_numpy(np.ascontiguousarray(audio, dtype=np.float32))
    features: NDArray[np.float32] = log_mel_batch(samples[None], n_mels)[0].numpy()
    return features


def log_mel_batch(audio: torch.Tensor, n_mels: int = 80) -> torch.Tensor:
    """Features ``[B, n_mels, n // 160]`` of ``audio`` ``[B, n]``, on the device that the audio is on.

    Each clip is scaled by its own loudest bin, so a clip's features do not depend on its neighbours.
    """
    import torch

    frames = audio.shape[-1] // HOP
    if audio.shape[-1] < WINDOW:  # too short to be reflected at its ends, which the transform wants
        audio = torch.nn.functional.pad(audio, (0, WINDOW - audio.shape[-1]))
    window = torch.hann_window(WINDOW, device=audio.device)
    spectrum = torch.stft(audio.float(), WINDOW, HOP, window=window, return_complex=True)
    power = (spectrum[..., :-1].abs() ** 2).contiguous()
    mel = torch.from_numpy(_mel_filters(n_mels)).to(audio.device) @ power
    decades = torch.clamp(mel, min=1e-10).log10()
    decades = torch.maximum(decades, decades.amax(dim=(1, 2), keepdim=True) - 8.0)
    return ((decades + 4.0) / 4.0)[..., :frames]


@functools.cache
def _mel_filters(n_mels: int) -> NDArray[np.float32]:
    from transformers.audio_utils import mel_filter_bank

    filters = mel_filter_bank(
        num_frequency_bins=1 + WINDOW // 2,
        num_mel_filters=n_mels,
        min_frequency=0.0,
        max_frequency=8000.0,
        sampling_rate=RATE,
        norm="slaney",
        mel_scale="slaney",
    )
    return np.ascontiguousarray(filters.T, dtype=np.float32)
