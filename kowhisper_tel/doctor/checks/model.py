"""Model: whether the embedded one is there. Models of the hub come when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.doctor.finding import Finding
from kowhisper_tel.whisper.builtin import PREFIX, SOURCES


def look(runs: Path) -> Iterator[Finding]:
    """Each embedded model, by the packages that hold its weights."""
    for name, sources in SOURCES.items():
        facts = {"name": PREFIX + name, "packages": " ".join(sources[0].packages)}
        if any(source.folders() for source in sources):
            yield Finding("model", "ok", "doctor.model", facts)
        else:
            yield Finding("model", "warning", "doctor.model_missing", facts)
