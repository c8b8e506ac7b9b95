"""From the name of a model to a local Hugging Face folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.builtin import PREFIX, builtin_folder
from kowhisper_tel.whisper.folders import cache_folder
from kowhisper_tel.whisper.generation import FILE, misfits

HUB_FILES = ("*.json", "merges.txt", "model.safetensors", "model-*.safetensors")
"""What is fetched of a hub repository: neither pickled weights nor code."""

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def resolve_model(name: str, cache: Path | None = None) -> Path:
    """The local folder of a Whisper model.

    ``name`` is ``builtin/whisper-base`` (embedded), a folder, or a hub id (``openai/whisper-small``); a folder
    of that name comes before the hub. Embedded models are made once in ``cache`` (see ``folders.cache_folder``);
    hub models stay in the hub's own cache. Weights are read from safetensors only, and code never.

    Raises ``UserError`` ``model.*``: what is missing, broken or unreachable, and what to do.
    """
    if name.startswith(PREFIX):
        return builtin_folder(name.removeprefix(PREFIX), cache_folder(cache))
    folder = Path(name).expanduser()
    if folder.is_dir():
        check_folder(folder)
        return folder
    if not is_hub_id(name):
        raise UserError("model.missing", name=name)
    folder = _from_hub(name)
    check_folder(folder)
    return folder


def is_hub_id(name: str) -> bool:
    """Whether a name has the form of a hub id. A folder may be called like that, too, and comes first."""
    return _HUB_ID.fullmatch(name) is not None and not name.startswith(PREFIX)


def check_folder(folder: Path) -> None:
    """Raise ``UserError`` unless the folder holds a whole Whisper model in Hugging Face format.

    ``model.no_config``, ``model.not_whisper``, ``model.no_safetensors``, ``model.no_tokenizer``, ``model.broken``, or
    ``model.generation`` where its generation config does not fit the model.
    """
    config = _json(folder / "config.json", folder)
    kind = config.get("model_type", "?")
    if kind != "whisper":
        raise UserError("model.not_whisper", folder=folder, kind=kind)
    for file in weight_files(folder):
        _check_safetensors(file, folder)
    tokenizer = [folder / name for name in ("tokenizer.json", "vocab.json") if (folder / name).is_file()]
    if not tokenizer:
        raise UserError("model.no_tokenizer", folder=folder)
    _json(tokenizer[0], folder)
    _check_generation(folder, config)


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model folder, whole or in shards."""
    whole, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if whole.is_file():
        return [whole]
    if not index.is_file():
        raise UserError("model.no_safetensors", folder=folder)
    shards = _json(index, folder).get("weight_map")
    if not shards or not isinstance(shards, dict):
        raise UserError("model.broken", folder=folder, file=index.name)
    return [folder / shard for shard in sorted(set(shards.values()))]


def _check_generation(folder: Path, config: Mapping[str, Any]) -> None:
    """A model without the file has these values in ``config.json``."""
    file = folder / FILE if (folder / FILE).is_file() else folder / "config.json"
    try:
        shape = [int(config[name]) for name in ("vocab_size", "decoder_layers", "decoder_attention_heads")]
    except (KeyError, TypeError, ValueError):
        raise UserError("model.broken", folder=folder, file="config.json") from None
    problems = list(misfits(_json(file, folder), *shape))
    if problems:
        raise UserError("model.generation", folder=folder, file=file.name, problems="; ".join(problems))


def _json(file: Path, folder: Path) -> dict[str, Any]:
    if not file.is_file():
        raise UserError("model.no_config", folder=folder)
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise UserError("model.broken", folder=folder, file=file.name) from None
    if not isinstance(value, dict):
        raise UserError("model.broken", folder=folder, file=file.name)
    return value


def _check_safetensors(file: Path, folder: Path) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as tensors:  # reads the header and checks the file's length
            tensors.keys()
    except (OSError, SafetensorError):
        raise UserError("model.broken", folder=folder, file=file.name) from None


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    try:
        return Path(snapshot_download(name, allow_patterns=list(HUB_FILES)))
    except GatedRepoError:  # a kind of the next
        raise UserError("model.hub_gated", name=name) from None
    except (RepositoryNotFoundError, HFValidationError):
        raise UserError("model.hub_unknown", name=name) from None
    except (LocalEntryNotFoundError, OSError) as problem:
        raise UserError("model.hub_unreachable", name=name, problem=type(problem).__name__) from None
