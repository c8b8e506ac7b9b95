"""Disk: room for checkpoints and the model, looked at before the first step, and told where it ends all the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.exhausted import first_line, is_out_of_room
from kowhisper_tel.core.files import standing

GB = 1e9


def checkpoint_bytes(model: Any) -> int:
    """What a checkpoint takes, about: fp32 weights, and AdamW's two moments of each that is trained.

    Of a model with adapters the adapters alone are kept.
    """
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    kept = trained if hasattr(model, "peft_config") else model_parameters(model)
    return int(4 * kept + 8 * trained)


def model_parameters(model: Any) -> int:
    """The parameters of the finished model, adapters (which are merged) apart."""
    whole = model.get_base_model() if hasattr(model, "peft_config") else model
    return int(sum(p.numel() for name, p in whole.named_parameters() if "lora_" not in name))


def needed_bytes(model: Any, keep: int, weights: int = 0) -> int:
    """The most that a training holds at once: one checkpoint more than are kept, or those and the model.

    ``weights``: models that are kept beside them.
    """
    each, whole = checkpoint_bytes(model), 4 * model_parameters(model)
    return max((keep + 1) * each, keep * each + whole) + weights * whole


def check_room(out: Path, model: Any, keep: int, weights: int = 0) -> None:
    """Raise ``UserError`` (``train.no_room``) where ``needed_bytes`` will not fit, with what ``out``, the training's
    folder, holds of them.
    """
    held = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    needed, free = needed_bytes(model, keep, weights) - held, _free_bytes(out)
    if free < needed:
        raise UserError("train.no_room", out=out, needed_gb=needed / GB, free_gb=free / GB, keep=keep)


@contextmanager
def full_disk_told(out: Path) -> Iterator[None]:
    """Raise ``UserError`` (``train.disk_full``) in place of any library's own error of a write that found no room."""
    try:
        yield
    except Exception as problem:
        if isinstance(problem, UserError) or not is_out_of_room(problem):
            raise
        free_gb = _free_bytes(out) / GB
        raise UserError("train.disk_full", out=out, problem=first_line(problem), free_gb=free_gb) from problem


def _free_bytes(out: Path) -> int:
    return shutil.disk_usage(standing(out)).free
