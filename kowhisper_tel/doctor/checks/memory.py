"""Memory: how much there is, and the largest model that it can train."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kowhisper_tel.core.memory import machine_bytes
from kowhisper_tel.doctor.finding import Finding

if TYPE_CHECKING:
    from kowhisper_tel.train.precision import Precision

GB = 1e9


def look(runs: Path) -> Iterator[Finding]:
    """The GPU's memory where there is one, else the machine's, and what fits by estimate."""
    room_bytes, place = room()
    if room_bytes is None:
        yield Finding("memory", "warning", "doctor.memory_unknown")
        return
    yield fit(room_bytes, place)


def room() -> tuple[int | None, str]:
    """Bytes of memory to train in, and whether they are the ``gpu``'s or the ``cpu``'s."""
    try:
        import torch
    except ImportError:
        return machine_bytes(), "cpu"
    if torch.cuda.is_available():
        return int(torch.cuda.get_device_properties(0).total_memory), "gpu"
    return machine_bytes(), "cpu"


def fit(room_bytes: int, place: str) -> Finding:
    """The largest model that so much memory trains; bf16 on a GPU, fp32 on a processor, as recipes have it."""
    from kowhisper_tel.train.sizes import largest

    processor = place == "cpu"
    precision: Precision = "fp32" if processor else "bf16"
    whole = largest(room_bytes, precision, processor=processor, whole=True)
    any_ = largest(room_bytes, precision, processor=processor)
    facts = {"room_gb": room_bytes / GB, "place": place, "whole": whole or "-", "adapters": any_ or "-"}
    if any_ is None:
        return Finding("memory", "warning", "doctor.memory_little", facts)
    return Finding("memory", "ok", "doctor.memory", facts)
