"""Levels of speech on a device: ``augment.speech_level`` over a batch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from augment.speech_level import HANGOVER_S, MARGIN_DB, SILENCE_DBFS, STEP_S, TIME_CONSTANT_S


def active_level_dbfs(sound: Tensor, lengths: Sequence[int], rate: int) -> Tensor:
    """float64 ``[clips]``, ``-inf`` below ``SILENCE_DBFS``; of ``[clips, samples]``, zero beyond the ``lengths``."""
    n_samples = torch.tensor(lengths, device=sound.device)
    step = max(1, round(STEP_S * rate))
    energies = sound.double().square().sum(dim=1)
    held = _held_envelope(sound, step, rate)
    numbers = torch.arange(held.shape[1], device=sound.device)
    inside = numbers < (-(-n_samples // step))[:, None]
    # What lies beyond a clip's end comes last, and counts for nothing.
    thresholds = torch.where(inside, held, -1.0).sort(dim=1, descending=True).values
    powers = energies[:, None] / torch.minimum((numbers + 1) * step, n_samples[:, None])
    too_high = inside & (powers < thresholds.square() * 10 ** (MARGIN_DB / 10))
    last = torch.where(too_high, numbers, -1).max(dim=1).values
    active = powers.gather(1, last.clamp(min=0)[:, None])[:, 0]
    level_dbfs = 10.0 * torch.where(last >= 0, active, energies / n_samples).log10()
    return torch.where(level_dbfs >= SILENCE_DBFS, level_dbfs, -torch.inf)


def _held_envelope(sound: Tensor, step: int, rate: int) -> Tensor:
    """The twice smoothed absolute value every ``step`` samples, the highest of the last 0.2 s: float64."""
    padded = torch.nn.functional.pad(sound.abs(), (0, -sound.shape[1] % step))
    means = padded.reshape(len(padded), -1, step).double().mean(dim=2)
    count = means.shape[1]
    decay = step / (rate * TIME_CONSTANT_S)
    numbers = torch.arange(count, device=sound.device, dtype=torch.float64)
    # Two one-pole filters in a row, as one response.
    response = (1.0 - math.exp(-decay)) ** 2 * (numbers + 1.0) * torch.exp(-decay * numbers)
    spectrum = torch.fft.rfft(means, 2 * count) * torch.fft.rfft(response, 2 * count)
    envelope = torch.fft.irfft(spectrum, 2 * count)[:, :count].clamp(min=0.0)
    hangover = math.ceil(HANGOVER_S * rate / step)
    return torch.nn.functional.max_pool1d(torch.nn.functional.pad(envelope, (hangover, 0)), hangover + 1, 1)


def gain(level_db: Tensor) -> Tensor:
    """The factors of gains in dB, float32 ``[clips, 1]``."""
    return (10.0 ** (level_db / 20.0)).float()[:, None]
