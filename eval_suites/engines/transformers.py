"""transformers: the reference engine, in float32."""

from __future__ import annotations

from eval_suites.engines import Engine, EngineKind, Setting, folder_of
from eval_suites.engines._whisper import WhisperEngine
from eval_suites.models import ModelSpec


def open_model(spec: ModelSpec, setting: Setting) -> Engine:
    """Load the model in this process."""
    from kowhisper_tel.whisper.backends.transformers import TransformersBackend

    return WhisperEngine(TransformersBackend(folder_of(spec), device=setting.device), setting.options)


def sees_gpu() -> bool:
    """Whether PyTorch sees a CUDA device."""
    import torch

    return torch.cuda.is_available()


ENGINE = EngineKind("transformers", open_model, ("transformers", "torch"), quantised=False, sees_gpu=sees_gpu)
