"""The model in training: Whisper that hears windows of any length, whole or with low-rank adapters."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from transformers import WhisperForConditionalGeneration
from transformers.modeling_outputs import Seq2SeqLMOutput

from kowhisper_tel.core.files import sha256, write_json
from kowhisper_tel.train import adapters
from kowhisper_tel.train.labels import IGNORED
from kowhisper_tel.train.parts import Parts
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
        answered = self._answered(input_features, decoder_input_ids)
        asked = labels != IGNORED
        # The projection to 51,865 tokens is wide: only the places that are asked go through it.
        logits = self.proj_out(answered[asked])
        loss = F.cross_entropy(logits.float(), labels[asked], reduction="sum", label_smoothing=self.label_smoothing)
        return Seq2SeqLMOutput(loss=loss / (asked.sum() if num_items_in_batch is None else num_items_in_batch))

    def answers(self, input_features: torch.Tensor, decoder_input_ids: torch.Tensor) -> torch.Tensor:
        """The logits [windows, tokens, vocabulary] after each token given."""
        logits: torch.Tensor = self.proj_out(self._answered(input_features, decoder_input_ids))
        return logits

    def _answered(self, input_features: torch.Tensor, decoder_input_ids: torch.Tensor) -> torch.Tensor:
        heard = encode(self, input_features).last_hidden_state
        # One row of positions for all windows: the library's own, a row each, makes their gradient a sum in whatever
        # order the threads come (PyTorch's index_put_), and two runs differ in the last bit.
        positions = torch.arange(decoder_input_ids.shape[1], device=decoder_input_ids.device)[None]
        answered: torch.Tensor = self.model.decoder(
            input_ids=decoder_input_ids, position_ids=positions, encoder_hidden_states=heard, use_cache=False
        ).last_hidden_state
        return answered


def load(
    base: Path,
    lora: Lora | None = None,
    *,
    label_smoothing: float = 0.0,
    parts: Parts = Parts(),  # noqa: B008 (frozen)
    seed: int = 0,
) -> Any:
    """The base model in fp32, of which ``parts`` are to be trained; ``lora`` wraps it in a ``PeftModel``.

    Raises ``UserError``: ``train.freeze_layers``, ``train.target_modules``, and those of ``load_model``.
    """
    bits = lora.base_quantisation if lora else None
    model: Any = adapters.load_quantised(base, bits) if bits else load_model(base)
    model.__class__ = WindowedWhisper  # the same modules and weights: only the forward pass differs
    model.label_smoothing = label_smoothing
    parts.check(model.config.encoder_layers)
    if lora is not None:
        return adapters.wrap(model, lora, parts, seed=seed)
    parts.freeze(model)
    return model


def plain(
    model: Any, base: Path, lora: Lora | None, parts: Parts, batches: Sequence[adapters.Batch]
) -> tuple[WhisperForConditionalGeneration, dict[str, float]]:
    """The trained model as Whisper itself, adapters merged, and what checking that on ``batches`` found.

    Raises ``UserError`` as ``adapters.merge`` does.
    """
    told: dict[str, float] = {}
    if lora is not None:
        whole = replace(lora, base_quantisation=None)
        fresh = (lambda: load(base, whole, parts=parts)) if lora.base_quantisation else None
        model, told = adapters.merge(model, fresh, batches)
    model.__class__ = WhisperForConditionalGeneration
    return model, told


def save(model: WhisperForConditionalGeneration, base: Path, folder: Path) -> str:
    """Write a model (see ``plain``) as a Hugging Face folder, and return the SHA-256 of its weights.

    Config, tokenizer, feature and generation settings are the base's. The folder takes its name only when it is whole.
    """
    model.__class__ = WhisperForConditionalGeneration
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    model.save_pretrained(unfinished, max_shard_size="100GB")
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
