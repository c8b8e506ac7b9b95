"""Weights as plain state: taken from the model in training, mixed, kept in a file, put into a model again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from kowhisper_tel.train import model as models

State = Mapping[str, torch.Tensor]
"""Every parameter of a plain Whisper by name, float32 on the CPU; the tied output projection is not there twice."""


def state_of(whole: Any) -> State:
    """The weights of a Whisper without adapters. They share memory with it where they can."""
    return {name: tensor.detach().to("cpu", torch.float32) for name, tensor in whole.named_parameters()}


def base_state(folder: Path) -> State:
    """The weights of a Hugging Face folder."""
    from kowhisper_tel.whisper.model import load_model

    return state_of(load_model(folder))


def interpolate(base: State, tuned: State, alpha: float) -> State:
    """α · tuned + (1 − α) · base (Wortsman et al. 2022, WiSE-FT). What was not trained stays the same to the bit."""
    return {name: torch.lerp(base[name], tuned[name], alpha) for name in base}


def mean(states: Iterable[State]) -> State:
    """The mean of weights, one after the other in memory (Izmailov et al. 2018). Raises ``ValueError`` for none."""
    total: dict[str, torch.Tensor] = {}
    count = 0
    for count, state in enumerate(states, 1):
        for name, tensor in state.items():
            # The running mean: where all are equal it stays the same to the bit.
            total[name] = torch.lerp(total[name], tensor, 1 / count) if name in total else tensor.clone()
    if not count:
        raise ValueError("the mean of no weights")
    return total


def in_model(state: State, base: Path) -> models.WindowedWhisper:
    """A Whisper of the shape and settings of the folder ``base`` with these weights, which it shares.

    Raises ``ValueError`` where the weights do not fill it.
    """
    from transformers import GenerationConfig, WhisperConfig

    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        model = models.WindowedWhisper(WhisperConfig.from_pretrained(base))
    found = model.load_state_dict(dict(state), strict=False, assign=True)
    model.tie_weights()
    empty = [name for name, tensor in model.named_parameters() if tensor.is_meta]
    if empty or found.unexpected_keys:
        raise ValueError(f"weights of another model: {[*empty, *found.unexpected_keys][:3]}")
    if (base / "generation_config.json").is_file():
        model.generation_config = GenerationConfig.from_pretrained(base)
    whole: models.WindowedWhisper = model.eval()
    return whole
