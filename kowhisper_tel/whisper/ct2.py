"""From a Hugging Face folder to a CTranslate2 folder."""

from __future__ import annotations

import copy
import functools
import shutil
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, sha256
from kowhisper_tel.whisper.folders import atomic_folder, is_whole
from kowhisper_tel.whisper.resolve import check_folder, weight_files

QUANTISATIONS = (
    "int8",
    "int8_float32",
    "int8_float16",
    "int8_bfloat16",
    "int16",
    "float16",
    "bfloat16",
    "float32",
)

_BESIDE = ("generation_config.json", "preprocessor_config.json")


def convert(folder: Path, out: Path, quantisation: str = "int8") -> Path:
    """Write the model of ``folder`` as a CTranslate2 folder ``out``, with its tokenizer; returns ``out``.

    A finished ``out`` of the same weights and quantisation is left as it is; any other is replaced when the new one is
    whole. Raises ``UserError`` ``model.quantisation``, and those of ``resolve.check_folder`` and ``model.load_whole``.
    """
    import ctranslate2

    if quantisation not in QUANTISATIONS:
        raise UserError("model.quantisation", name=quantisation, known=", ".join(QUANTISATIONS))
    check_folder(folder)
    made_from = f"{model_hash(folder)} {quantisation} ctranslate2 {ctranslate2.__version__}"
    if is_whole(out, made_from):
        return out
    with atomic_folder(out, made_from) as new:
        write(folder, new, quantisation)
    return out


def convert_loaded(model: Any, tokenizer: Any, folder: Path, out: Path, quantisation: str = "int8") -> Path:
    """Write weights in memory as a CTranslate2 folder ``out``, with the ``model.bin`` that ``convert`` makes of them.

    ``model`` is a plain Whisper in float32 on the CPU, ``tokenizer`` its own, ``folder`` the Hugging Face folder that
    its config is of. Nothing says that ``out`` is whole: it is for a folder of one's own, soon removed.
    """
    from ctranslate2.converters import TransformersConverter

    converter = TransformersConverter(str(folder))
    # Quantising works in the very memory of the weights it is given: they are copied, or the model would be lost.
    converter.load_model = lambda *_, **__: copy.deepcopy(model)
    converter.load_tokenizer = lambda *_, **__: tokenizer
    converter.convert(str(out), quantization=quantisation, force=True)
    tokenizer.save_pretrained(out)
    return out


def check_quantisation(name: str, device: str | None = None) -> None:
    """Refuse what CTranslate2 does not know, or would quietly replace on this device (``None``: on none yet).

    Raises ``UserError``: ``model.quantisation``, ``model.quantisation_device``.
    """
    import ctranslate2

    if name not in QUANTISATIONS:
        raise UserError("model.quantisation", name=name, known=", ".join(QUANTISATIONS))
    if device is None:
        return
    can = ctranslate2.get_supported_compute_types(device)
    if name not in can:
        known = ", ".join(known for known in QUANTISATIONS if known in can)
        raise UserError("model.quantisation_device", name=name, device=device, known=known)


def model_hash(folder: Path) -> str:
    """A short hash of what decides a model's output: weights, config, tokenizer, generation config."""
    names = ("config.json", "generation_config.json", "tokenizer.json", "vocab.json", "merges.txt")
    files = [*weight_files(folder), *(folder / name for name in names if (folder / name).is_file())]
    return fingerprint({file.name: _hash(file, (file.stat().st_size, file.stat().st_mtime_ns)) for file in files})


@functools.lru_cache(maxsize=256)
def _hash(file: Path, _: tuple[int, int]) -> str:
    """Of a file as it was then: weights are of gigabytes, and asked for often."""
    return sha256(file)


def write(folder: Path, new: Path, quantisation: str) -> None:
    """Write the CTranslate2 form of ``folder`` into the empty folder ``new``, as it is: ``convert`` keeps a record."""
    from ctranslate2.converters import TransformersConverter

    from kowhisper_tel.whisper.model import load_tokenizer, load_whole, without_progress_bar

    converter = TransformersConverter(str(folder))
    converter.load_model = lambda *_, **settings: load_whole(folder, **settings)  # its own leaves gaps to chance
    with without_progress_bar():
        converter.convert(str(new), quantization=quantisation, force=True)
    load_tokenizer(folder).save_pretrained(new)  # also makes a tokenizer.json out of vocab.json and merges.txt
    for name in _BESIDE:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, new / name)
