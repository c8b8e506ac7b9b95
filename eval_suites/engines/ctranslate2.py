"""CTranslate2: the fast engine, quantised."""

from __future__ import annotations

from eval_suites.engines import Engine, EngineKind, Setting
from eval_suites.engines._whisper import WhisperEngine
from eval_suites.models import ModelSpec, folder_hash


def open_model(spec: ModelSpec, setting: Setting) -> Engine:
    """Convert the model once into ``setting.cache``, and open it."""
    from kowhisper_tel.whisper import ct2
    from kowhisper_tel.whisper.backends import Ct2Backend

    converted = setting.cache / f"{folder_hash(spec.folder)}-{setting.quantisation}"
    if not converted.is_dir():
        ct2.convert(spec.folder, converted, setting.quantisation)
    return WhisperEngine(Ct2Backend(converted, setting.threads), setting.options)


ENGINE = EngineKind("ctranslate2", open_model, ("ctranslate2",))
