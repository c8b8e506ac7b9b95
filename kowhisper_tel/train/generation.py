"""Generation: a model's generation config against its tokenizer and its layers. Fine-tuning hands it on as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.train.labels import SpecialTokens
from kowhisper_tel.whisper.generation import FILE, beyond, misfits

NO_TIMESTAMPS = {51865: 50363, 51866: 50364}
"""``<|notimestamps|>`` by size of vocabulary: large-v3 and turbo have a language more (OpenAI's tokenizer.py)."""


def check_generation(base: Path, tokenizer: Any, special: SpecialTokens, language: str) -> None:
    """Raise ``UserError`` where tokenizer, ``config.json`` and ``generation_config.json`` of a model do not fit.

    ``train.tokenizer_size`` (another Whisper size's tokenizer), ``train.generation_config`` (with all that is wrong:
    tokens that are not the tokenizer's, or beyond the vocabulary; alignment heads that the decoder has not got; a
    longest text beyond its positions). A model without the file has these values in ``config.json``.
    """
    config = _read(base / "config.json")
    vocabulary = int(config["vocab_size"])
    if NO_TIMESTAMPS.get(vocabulary, special.no_timestamps) != special.no_timestamps:
        raise UserError("train.tokenizer_size", folder=base, vocabulary=vocabulary, tokens=len(tokenizer))
    file = base / FILE if (base / FILE).is_file() else base / "config.json"
    generation = _read(file)
    problems = [
        *_special(generation, tokenizer, special),
        *_named(generation, tokenizer, language),
        *misfits(generation, vocabulary, config.get("decoder_layers", 0), config.get("decoder_attention_heads", 0)),
        *_alone(generation, vocabulary, special),
        *_longest(generation, config),
    ]
    if problems:
        raise UserError("train.generation_config", file=file, problems="; ".join(problems))


def _read(file: Path) -> Mapping[str, Any]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise UserError("train.generation_config", file=file, problems="JSON?")
    return values


def _special(generation: Mapping[str, Any], tokenizer: Any, special: SpecialTokens) -> Iterator[str]:
    """Single tokens that every Whisper has; a key that is not there says nothing wrong."""
    previous = tokenizer.convert_tokens_to_ids("<|startofprev|>")
    wanted = {
        "decoder_start_token_id": ("<|startoftranscript|>", special.start),
        "eos_token_id": ("<|endoftext|>", special.end),
        "no_timestamps_token_id": ("<|notimestamps|>", special.no_timestamps),
        "prev_sot_token_id": ("<|startofprev|>", previous),
    }
    for key, (name, token) in wanted.items():
        found = generation.get(key)
        if found is not None and token not in (found if isinstance(found, list) else [found]):
            yield f"{key}: {found} ({name} = {token})"


def _named(generation: Mapping[str, Any], tokenizer: Any, language: str) -> Iterator[str]:
    """Languages and tasks, by their tokens' names."""
    if generation.get("is_multilingual") is False:
        yield "is_multilingual: false"
    languages, tasks = generation.get("lang_to_id"), generation.get("task_to_id")
    named = {f"lang_to_id[{name}]": (name, token) for name, token in (languages or {}).items()}
    named |= {f"task_to_id[{name}]": (f"<|{name}|>", token) for name, token in (tasks or {}).items()}
    for key, (name, found) in named.items():
        token = tokenizer.convert_tokens_to_ids(name)
        if found != token:
            yield f"{key}: {found} ({name} = {token})"
    if languages and f"<|{language}|>" not in languages:
        yield f"lang_to_id: <|{language}|>?"


def _alone(generation: Mapping[str, Any], vocabulary: int, special: SpecialTokens) -> Iterator[str]:
    """Single tokens that the model has not got, or that a text cannot end without."""
    forced = generation.get("forced_decoder_ids") or []
    yield from beyond("forced_decoder_ids", [pair[1] for pair in forced if pair[1] is not None], vocabulary)
    for key in ("pad_token_id", "bos_token_id"):
        if generation.get(key) is not None:
            yield from beyond(key, generation[key], vocabulary)
    if special.end in (generation.get("suppress_tokens") or []):
        yield f"suppress_tokens: {special.end} (<|endoftext|>)"


def _longest(generation: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    longest, positions = generation.get("max_length"), config.get("max_target_positions", 448)
    if longest is not None and longest > positions:
        yield f"max_length: {longest} (max_target_positions {positions})"
