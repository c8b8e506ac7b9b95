"""CTranslate2: the fast engine, quantised."""

from __future__ import annotations

from eval_suites.engines import Engine, EngineKind, Setting, model_hash
from eval_suites.engines._whisper import WhisperEngine
from eval_suites.models import ModelSpec


def open_model(spec: ModelSpec, setting: Setting) -> Engine:
    """Convert the model once into ``setting.cache``, and open it."""
    from kowhisper_tel.whisper import ct2
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend

    place = setting.cache / f"{model_hash(spec)}-{setting.quantisation}"
    converted = ct2.convert(spec.folder, place, setting.quantisation)
    return WhisperEngine(Ct2Backend(converted, setting.threads, setting.device), setting.options)


ENGINE = EngineKind("ctranslate2", open_model, ("ctranslate2",))
