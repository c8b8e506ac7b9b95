"""The model in training: Whisper that hears windows of any length, whole or with low-rank adapters."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from transformers import WhisperForConditionalGeneration
from transformers.modeling_outputs import Seq2SeqLMOutput

from kowhisper_tel.core.files import sha256, write_json
from kowhisper_tel.train.labels import IGNORED
from kowhisper_tel.train.settings import Lora
from kowhisper_tel.whisper.encoder import encode
from kowhisper_tel.whisper.model import load_model

WEIGHTS = "model.safetensors"
COMPANIONS = (
    "generation_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "normalizer.json",
)
"""What a model folder holds beside its config and weights: fine-tuning changes none of it."""


class WindowedWhisper(WhisperForConditionalGeneration):  # type: ignore[misc]
    """Whisper that takes features of any length up to 30 s, and spends nothing on tokens without a label."""

    label_smoothing = 0.0

    def forward(
        self,
        input_features: torch.Tensor,
        decoder_input_ids: torch.Tensor,
        labels: torch.Tensor,
        num_items_in_batch: torch.Tensor | int | None = None,
        **_: Any,
    ) -> Seq2SeqLMOutput:
        """Cross-entropy, summed over the tokens that ``labels`` asks for, by ``num_items_in_batch`` (or their number).

        ``input_features`` [windows, mels, frames]; ``decoder_input_ids`` and ``labels`` [windows, tokens].
        """
        heard = encode(self, input_features).last_hidden_state
        # One row of positions for all windows: the library's own, a row each, makes their gradient a sum in whatever
        # order the threads come (PyTorch's index_put_), and two runs differ in the last bit.
        positions = torch.arange(decoder_input_ids.shape[1], device=decoder_input_ids.device)[None]
        answered = self.model.decoder(
            input_ids=decoder_input_ids, position_ids=positions, encoder_hidden_states=heard, use_cache=False
        ).last_hidden_state
        asked = labels != IGNORED
        # The projection to 51,865 tokens is wide: only the places that are asked go through it.
        logits = self.proj_out(answered[asked])
        loss = F.cross_entropy(logits.float(), labels[asked], reduction="sum", label_smoothing=self.label_smoothing)
        return Seq2SeqLMOutput(loss=loss / (asked.sum() if num_items_in_batch is None else num_items_in_batch))


def load(
    base: Path,
    lora: Lora | None = None,
    *,
    label_smoothing: float = 0.0,
    freeze_embeddings: bool = False,
    seed: int = 0,
) -> Any:
    """The base model in fp32, ready to be trained; ``lora`` wraps it in a ``PeftModel`` drawn by ``seed``."""
    model: Any = load_model(base)
    model.__class__ = WindowedWhisper  # the same modules and weights: only the forward pass differs
    model.label_smoothing = label_smoothing
    model.get_input_embeddings().requires_grad_(not freeze_embeddings)
    if lora is None:
        return model
    import peft

    config = peft.LoraConfig(
        r=lora.r,
        lora_alpha=lora.lora_alpha,
        lora_dropout=lora.lora_dropout,
        target_modules=list(lora.target_modules),
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return peft.PeftModel(model, config)


def plain(model: Any) -> WhisperForConditionalGeneration:
    """The model with its adapters, if it has any, added to the weights, and Whisper's own forward pass."""
    whole = model if isinstance(model, WindowedWhisper) else model.merge_and_unload()
    whole.__class__ = WhisperForConditionalGeneration
    return whole


def save(model: Any, base: Path, folder: Path) -> str:
    """Write a trained model as a plain Hugging Face folder, and return the SHA-256 of its weights.

    Config, tokenizer, feature and generation settings are the base's. The folder takes its name only when it is whole.
    """
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    plain(model).save_pretrained(unfinished, max_shard_size="100GB")
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config.pop("torch_dtype", None)
    write_json(unfinished / "config.json", config | {"dtype": "float32"})
    for name in COMPANIONS:
        if (base / name).is_file():
            shutil.copyfile(base / name, unfinished / name)
    digest = sha256(unfinished / WEIGHTS)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return digest
