"""CTranslate2: the fast engine, quantised.

A folder that ``run export`` made is opened as it is; its quantisation is then what is computed in.
"""

from __future__ import annotations

from pathlib import Path

from eval_suites.engines import Engine, EngineKind, Setting, Task, folder_of, model_hash
from eval_suites.engines._whisper import WhisperEngine
from eval_suites.models import ModelSpec

CUBLAS = "libcublas.so.12"
"""What the wheels of CTranslate2 4 load when a GPU is first used; without it they fail there."""


def open_model(spec: ModelSpec, setting: Setting) -> Engine:
    """Convert the model once into ``setting.cache``, and open it."""
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend

    converted = convert(spec, setting)
    if converted == spec.folder:
        backend = Ct2Backend(converted, setting.threads, setting.device, setting.quantisation)
    else:
        backend = Ct2Backend(converted, setting.threads, setting.device)
    return WhisperEngine(backend, setting.options)


def convert(spec: ModelSpec, setting: Setting) -> Path:
    """The model's folder as CTranslate2 reads it, made where it is not there."""
    from kowhisper_tel.whisper import ct2

    place = converted_folder(spec, setting)
    return place if place == spec.folder else ct2.convert(folder_of(spec), place, setting.quantisation)


def prepare(spec: ModelSpec, setting: Setting) -> None:
    """Convert the model."""
    convert(spec, setting)


def converted_folder(spec: ModelSpec, setting: Setting) -> Path:
    """Where the model lies as CTranslate2 reads it."""
    from kowhisper_tel.whisper import sealed

    if sealed.is_converted(folder_of(spec)):
        return folder_of(spec)
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


def identify(spec: ModelSpec) -> str:
    """Hash of what decides the model's output."""
    from kowhisper_tel.whisper import sealed

    seal = sealed.check(folder_of(spec))
    return seal.hash if seal and sealed.is_converted(folder_of(spec)) else model_hash(spec)


def check(spec: ModelSpec, _: Task | None) -> None:
    """Refuse an exported model that is not what was exported. Raises ``UserError`` as ``sealed.check``."""
    from kowhisper_tel.whisper import sealed

    sealed.check(folder_of(spec))


def check_quantisation(name: str, device: str | None) -> None:
    """Refuse what CTranslate2 does not know, or would quietly replace on this device."""
    from kowhisper_tel.whisper import ct2

    ct2.check_quantisation(name, device)


ENGINE = EngineKind(
    "ctranslate2",
    open_model,
    ("ctranslate2",),
    identify=identify,
    check=check,
    sees_gpu=sees_gpu,
    check_quantisation=check_quantisation,
    prepare=prepare,
    disk=converted_folder,
)
