"""Loading a resolved model folder: weights, tokenizer, and what the folder says about the model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kowhisper_tel.core.errors import UserError

if TYPE_CHECKING:
    from transformers import WhisperForConditionalGeneration, WhisperTokenizer


def load_model(folder: Path) -> WhisperForConditionalGeneration:
    """The model in float32, in evaluation mode, on the CPU. Nothing is fetched and no code of the folder runs.

    Raises ``UserError`` ``model.weights_differ`` where the weights do not fill the model (a tensor left to chance
    would be silent otherwise).
    """
    import torch
    from transformers import WhisperForConditionalGeneration

    with without_progress_bar():
        model, info = WhisperForConditionalGeneration.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            attn_implementation="sdpa",
            output_loading_info=True,
        )
    missing = sorted(info["missing_keys"]) + sorted(str(key) for key in info["mismatched_keys"])
    if missing:
        raise UserError("model.weights_differ", folder=folder, count=len(missing), first=missing[0])
    return model.eval()


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
