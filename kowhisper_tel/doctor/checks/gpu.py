"""GPU: torch, its CUDA, and what is in their way."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.doctor.finding import Finding

GB = 1e9


def look(runs: Path) -> Iterator[Finding]:
    """The torch that is there, each GPU that it sees or ought to, and a torchaudio that breaks it."""
    try:
        import torch
    except ImportError as problem:
        yield Finding("torch", "missing", "doctor.torch_missing", {"problem": str(problem)})
        return
    facts = {"version": torch.__version__, "cuda": torch.version.cuda or "-"}
    yield Finding("torch", "ok", "doctor.torch", facts)
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            card = torch.cuda.get_device_properties(number)
            yield Finding("gpu", "ok", "doctor.gpu", {"name": card.name, "memory_gb": card.total_memory / GB})
    elif shutil.which("nvidia-smi"):
        yield Finding("gpu", "warning", "doctor.gpu_unseen", facts)
    else:
        yield Finding("gpu", "ok", "doctor.gpu_none")
    if torch.version.cuda is None and importlib.util.find_spec("torchaudio"):
        yield Finding("torch", "missing", "doctor.torchaudio")
