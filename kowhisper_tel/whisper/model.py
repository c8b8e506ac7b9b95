"""Loading a resolved model folder: weights, tokenizer, and what the folder says about the model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from transformers import WhisperForConditionalGeneration, WhisperTokenizer


def load_model(folder: Path) -> WhisperForConditionalGeneration:
    """The model in float32, in evaluation mode, on the CPU. Raises ``UserError`` as ``load_whole`` does."""
    import torch

    return load_whole(folder, dtype=torch.float32, attn_implementation="sdpa").eval()


def load_whole(folder: Path, **settings: Any) -> WhisperForConditionalGeneration:
    """The model as ``from_pretrained`` loads it by ``settings``. Nothing is fetched and no code of the folder runs.

    Raises ``UserError`` ``model.weights_differ`` where the weights do not fill the model, or have other sizes (a tensor
    left to chance would be silent otherwise).
    """
    from transformers import WhisperForConditionalGeneration

    with without_progress_bar():
        model, info = WhisperForConditionalGeneration.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            ignore_mismatched_sizes=True,  # to be told of them below
            output_loading_info=True,
            **settings,
        )
    missing = sorted(info["missing_keys"]) + sorted(str(key[0]) for key in info["mismatched_keys"])
    if missing:
        raise UserError("model.weights_differ", folder=folder, count=len(missing), first=missing[0])
    return cast("WhisperForConditionalGeneration", model)


def load_tokenizer(folder: Path) -> WhisperTokenizer:
    """The model's tokenizer (fast), with no language or task set.

    Raises ``UserError`` ``model.vocabulary`` where it has tokens that the model does not know.
    """
    import json

    from transformers import WhisperTokenizer

    tokenizer = WhisperTokenizer.from_pretrained(folder, local_files_only=True)
    vocabulary = json.loads((folder / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    if len(tokenizer) > vocabulary:
        raise UserError("model.vocabulary", folder=folder, tokens=len(tokenizer), vocabulary=vocabulary)
    return tokenizer


@contextmanager
def without_progress_bar() -> Iterator[None]:
    """Keep transformers from drawing a bar for each file that it reads or writes."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
