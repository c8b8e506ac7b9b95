"""transformers: the reference engine, in float32."""

from __future__ import annotations

from eval_suites.engines import Engine, EngineKind, Setting, Task, folder_of
from eval_suites.engines._whisper import WhisperEngine
from eval_suites.models import ModelSpec
from kowhisper_tel.core.errors import UserError


def open_model(spec: ModelSpec, setting: Setting) -> Engine:
    """Load the model in this process."""
    from kowhisper_tel.whisper.backends.transformers import TransformersBackend

    return WhisperEngine(TransformersBackend(folder_of(spec), device=setting.device), setting.options)


def sees_gpu() -> bool:
    """Whether PyTorch sees a CUDA device."""
    import torch

    return torch.cuda.is_available()


def check(spec: ModelSpec, _: Task | None) -> None:
    """Refuse a folder for CTranslate2, and an exported model that is not what was exported.

    Raises ``UserError``: ``export.only_ct2``, and as ``sealed.check``.
    """
    from kowhisper_tel.whisper import sealed

    if sealed.is_converted(folder_of(spec)):
        raise UserError("export.only_ct2", folder=spec.folder)
    sealed.check(folder_of(spec))


ENGINE = EngineKind(
    "transformers", open_model, ("transformers", "torch"), quantised=False, check=check, sees_gpu=sees_gpu
)
