"""Low-rank adapters (Hu et al. 2021) by peft: put on, and merged into the weights with a check.

On a GPU the base beneath them may be held in 8 or 4 bits (Dettmers et al. 2022, 2023) by bitsandbytes. The finished
model is then made of the base as it is on disk, and never of the rounded one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.train.labels import IGNORED
from kowhisper_tel.train.parts import Parts
from kowhisper_tel.train.settings import Lora

MOST_DIFFERENCE = 1e-3
"""Largest difference of two models' logits, as a share of the largest logit. Merging in fp32 makes about 1e-6."""
COMPARED_WINDOWS = 2
"""Of each batch that the models are compared on."""

Batch = Mapping[str, Any]


def load_quantised(base: Path, bits: str) -> Any:
    """The base on the first GPU with its linear layers, the output projection apart, in ``8bit`` or ``4bit`` (nf4).

    Written against transformers 5.23 and bitsandbytes 0.46, and not yet run: that needs a GPU. Raises ``UserError``
    ``model.weights_differ`` as ``load_model`` does.
    """
    from transformers import BitsAndBytesConfig, WhisperForConditionalGeneration

    half = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    four = {
        "load_in_4bit": True,
        "bnb_4bit_quant_type": "nf4",
        "bnb_4bit_use_double_quant": True,
        "bnb_4bit_compute_dtype": half,
    }
    model, info = WhisperForConditionalGeneration.from_pretrained(
        base,
        local_files_only=True,
        use_safetensors=True,
        dtype=torch.float32,  # of what is not rounded: norms, convolutions, embeddings
        attn_implementation="sdpa",
        quantization_config=BitsAndBytesConfig(**(four if bits == "4bit" else {"load_in_8bit": True})),
        device_map={"": torch.cuda.current_device()},
        output_loading_info=True,
    )
    if missing := sorted(info["missing_keys"]):
        raise UserError("model.weights_differ", folder=base, count=len(missing), first=missing[0])
    return model


def wrap(model: Any, lora: Lora, parts: Parts, *, seed: int) -> Any:
    """The model in a ``PeftModel``, adapters drawn by ``seed`` on ``lora.target_modules`` outside the frozen parts.

    Raises ``UserError``: ``train.target_modules`` (a name that no linear layer or convolution has, or none is left to
    train; the output projection, being the token embeddings too, is not to be had).
    """
    import peft

    frozen = (*parts.frozen(), "proj_out")
    excluded = "|".join(rf"{re.escape(name)}(\..*)?" for name in frozen)
    _check_targets(model, lora.target_modules, excluded)
    config = peft.LoraConfig(
        r=lora.r,
        lora_alpha=lora.lora_alpha,
        lora_dropout=lora.lora_dropout,
        target_modules=list(lora.target_modules),
        exclude_modules=excluded,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return peft.PeftModel(model, config)


def _check_targets(model: Any, targets: Sequence[str], excluded: str) -> None:
    modules = dict(model.named_modules())
    fitting = [name for name, m in modules.items() if isinstance(m, torch.nn.Linear | torch.nn.Conv1d)]
    found = {target: [n for n in fitting if f".{n}".endswith(f".{target}") and n != "proj_out"] for target in targets}
    others = [n for n in modules if n not in fitting and any(f".{n}".endswith(f".{target}") for target in targets)]
    unknown = sorted(target for target, names in found.items() if not names)
    left = [name for names in found.values() for name in names if not re.fullmatch(excluded, name)]
    if unknown or others or not left:
        known = sorted({name.rpartition(".")[2] for name in fitting if name != "proj_out"})
        asked = ", ".join(unknown or others or targets)
        raise UserError("train.target_modules", asked=asked, known=", ".join(known))


def merge(model: Any, fresh: Any, batches: Sequence[Batch]) -> tuple[Any, dict[str, float]]:
    """The Whisper with the trained adapters added to its weights, checked on some windows, and what the check found.

    ``model`` is what was trained. ``fresh`` makes a model like it with an unrounded base (``None``: the base never was
    rounded, and ``model`` itself is merged). The differences are shares of the largest logit: ``merged_difference``,
    before and after merging, and with ``fresh`` also ``quantised_difference``, between the rounded and the whole base.

    Raises ``UserError`` (``train.merge``) where merging changes what the model answers.
    """
    told = {}
    if fresh is not None:
        trained = _logits(model, batches)
        model = _moved(model, fresh())
        told["quantised_difference"] = _difference(trained, _logits(model, batches))
    before = _logits(model, batches)
    whole = model.merge_and_unload()
    told["merged_difference"] = _difference(before, _logits(whole, batches))
    if not told["merged_difference"] <= MOST_DIFFERENCE:
        raise UserError("train.merge", difference=told["merged_difference"], most=MOST_DIFFERENCE)
    return whole, told


def _moved(model: Any, fresh: Any) -> Any:
    """``fresh`` with the adapters of ``model``; all of them and no others."""
    import peft

    adapters = {name: tensor.float().cpu() for name, tensor in peft.get_peft_model_state_dict(model).items()}
    answer = peft.set_peft_model_state_dict(fresh, adapters)
    lost = [name for name in answer.missing_keys if "lora_" in name]
    if lost or answer.unexpected_keys:
        raise UserError("train.merge", difference=float("inf"), most=MOST_DIFFERENCE)
    return fresh


@torch.no_grad()
def _logits(model: Any, batches: Sequence[Batch]) -> torch.Tensor:
    """What a Whisper answers at the labelled places of the first windows of each batch. Its mode is left as found."""
    whisper = model.get_base_model() if hasattr(model, "get_base_model") else model
    device, training = whisper.proj_out.weight.device, whisper.training
    whisper.eval()
    rows = []
    for batch in batches:
        features, given, labels = (
            batch[name][:COMPARED_WINDOWS].to(device) for name in ("input_features", "decoder_input_ids", "labels")
        )
        rows.append(whisper.answers(features, given)[labels != IGNORED].float().cpu())
    whisper.train(training)
    return torch.cat(rows)


def _difference(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().max() / one.abs().max())
