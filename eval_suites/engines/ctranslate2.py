"""CTranslate2: the fast engine, quantised."""

from __future__ import annotations

from pathlib import Path

from eval_suites.engines import Engine, EngineKind, Setting, folder_of, model_hash
from eval_suites.engines._whisper import WhisperEngine
from eval_suites.models import ModelSpec

CUBLAS = "libcublas.so.12"
"""What the wheels of CTranslate2 4 load when a GPU is first used; without it they fail there."""


def open_model(spec: ModelSpec, setting: Setting) -> Engine:
    """Convert the model once into ``setting.cache``, and open it."""
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend

    converted = convert(spec, setting)
    return WhisperEngine(Ct2Backend(converted, setting.threads, setting.device), setting.options)


def convert(spec: ModelSpec, setting: Setting) -> Path:
    """The model's folder as CTranslate2 reads it, made where it is not there."""
    from kowhisper_tel.whisper import ct2

    return ct2.convert(folder_of(spec), converted_folder(spec, setting), setting.quantisation)


def prepare(spec: ModelSpec, setting: Setting) -> None:
    """Convert the model."""
    convert(spec, setting)


def converted_folder(spec: ModelSpec, setting: Setting) -> Path:
    """Where the model lies as CTranslate2 reads it."""
    return setting.cache / f"{model_hash(spec)}-{setting.quantisation}"


def sees_gpu() -> bool:
    """Whether CTranslate2 sees a CUDA device, and the library is there that it loads for the first product."""
    import ctypes

    import ctranslate2

    if not ctranslate2.get_cuda_device_count():
        return False
    import torch  # noqa: F401  # brings CUDA libraries; those of its own major version only

    try:
        ctypes.CDLL(CUBLAS)
    except OSError:
        return False
    return True


def check_quantisation(name: str, device: str | None) -> None:
    """Refuse what CTranslate2 does not know, or would quietly replace on this device."""
    from kowhisper_tel.whisper import ct2

    ct2.check_quantisation(name, device)


ENGINE = EngineKind(
    "ctranslate2",
    open_model,
    ("ctranslate2",),
    sees_gpu=sees_gpu,
    check_quantisation=check_quantisation,
    prepare=prepare,
    disk=converted_folder,
)
