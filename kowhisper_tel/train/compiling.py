"""torch.compile for training, layer by layer.

All layers of a half share one compiled function, so a model of 32 takes no longer to compile than one of 4, windows of
any length go through it (dynamic shapes), and names of weights stay as they are.
"""

from __future__ import annotations

from typing import Any, Literal


def choose(asked: Literal["auto"] | bool) -> bool:
    """Whether to compile; ``auto``: on a GPU."""
    import torch

    return torch.cuda.is_available() if asked == "auto" else asked


def compile_layers(model: Any) -> None:
    """Compile the layers of a Whisper, bare or with adapters, in place."""
    whisper = model.get_base_model() if hasattr(model, "get_base_model") else model
    for layer in (*whisper.model.encoder.layers, *whisper.model.decoder.layers):
        layer.compile(dynamic=True)
