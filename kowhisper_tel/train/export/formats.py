"""Formats: a trained Hugging Face folder, written for CTranslate2 or as safetensors, with all that stock tools read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_json
from kowhisper_tel.whisper import ct2, sealed
from kowhisper_tel.whisper.folders import atomic_folder

SAFETENSORS = "safetensors"
CT2 = "ct2-"
FORMATS = ("ct2-int8", "ct2-float16", SAFETENSORS)
"""What is exported unless something else is asked for; ``ct2-`` goes with each of ``ct2.QUANTISATIONS``."""
DType = Literal["fp32", "fp16"]
TORCH_NAMES = {"fp32": "float32", "fp16": "float16"}
GENERATION, PREPROCESSOR = "generation_config.json", "preprocessor_config.json"


def check(formats: Sequence[str]) -> None:
    """Raise ``UserError`` (``export.format``, ``export.no_format``) unless each is a known format."""
    known = (*(CT2 + name for name in ct2.QUANTISATIONS), SAFETENSORS)
    for name in formats:
        if name not in known:
            raise UserError("export.format", format=name, known=", ".join(known))
    if not formats:
        raise UserError("export.no_format", known=", ".join(known))


def check_source(folder: Path) -> None:
    """Raise ``UserError`` unless the folder holds a whole Whisper model: ``export.adapter``, or ``check_folder``'s."""
    from kowhisper_tel.whisper.resolve import check_folder

    if (folder / "adapter_config.json").is_file():
        raise UserError("export.adapter", folder=folder)
    check_folder(folder)


def write(source: Path, out: Path, format: str, *, dtype: DType = "fp32", language: str = "ko") -> sealed.Seal:
    """Write the model of ``source`` as ``out``, in one step, sealed; an earlier ``out`` gives way when it is whole.

    ``dtype`` is of safetensors only. The generation config names the language, so that default pipelines ask nobody.
    Raises ``UserError`` as ``check`` and ``check_source`` do.
    """
    check([format])
    check_source(source)
    with atomic_folder(out, f"{ct2.model_hash(source)} {format} {dtype}") as new:
        if format == SAFETENSORS:
            _safetensors(source, new, dtype)
            weights = TORCH_NAMES[dtype]
        else:
            weights = format.removeprefix(CT2)
            ct2.write(source, new, weights)
        _companions(source, new, language)
        for file in new.iterdir():  # some libraries write files that only their owner can read
            file.chmod(0o644)
        return sealed.write(new, format, ct2.model_hash(source), weights)


def _safetensors(source: Path, new: Path, dtype: DType) -> None:
    import torch

    from kowhisper_tel.train.model import COMPANIONS
    from kowhisper_tel.whisper.model import load_model, load_tokenizer, without_progress_bar

    model: Any = load_model(source)
    with without_progress_bar():
        (model.to(torch.float16) if dtype == "fp16" else model).save_pretrained(new)
    if (source / "tokenizer.json").is_file():
        for file in (source / name for name in COMPANIONS if (source / name).is_file()):
            shutil.copyfile(file, new / file.name)
    else:
        load_tokenizer(source).save_pretrained(new)  # makes one out of vocab.json and merges.txt
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    config.pop("torch_dtype", None)
    write_json(new / "config.json", config | {"dtype": TORCH_NAMES[dtype]})


def _companions(source: Path, new: Path, language: str) -> None:
    """The generation config with the language, and the features' settings, which a model with 128 bands needs."""
    from kowhisper_tel.whisper.hf_folder import preprocessor_config

    generation = _json(source / GENERATION) or _json(new / GENERATION) or {}
    if f"<|{language}|>" in generation.get("lang_to_id", {}):
        generation |= {"language": language, "task": "transcribe"}
    write_json(new / GENERATION, generation)
    if (source / PREPROCESSOR).is_file():
        shutil.copyfile(source / PREPROCESSOR, new / PREPROCESSOR)
    else:
        config = _json(source / "config.json") or {}
        write_json(new / PREPROCESSOR, preprocessor_config(int(config["num_mel_bins"])))


def _json(file: Path) -> dict[str, Any] | None:
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
