"""Codecs: which there are, and what to install for the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from augment import codecs, presets
from augment.errors import AugmentError
from kowhisper_tel.doctor.finding import Finding


def look(runs: Path) -> Iterator[Finding]:
    """The count of codecs that work; those that do not, with what each way to get them is."""
    every = [codecs.get(name) for name in codecs.names()]
    absent = [codec for codec in every if not codec.available and codec.backend != "none"]  # none: nowhere to be had
    if not absent:
        yield Finding("codecs", "ok", "doctor.codecs", {"count": sum(codec.available for codec in every)})
        return
    ways = dict.fromkeys(codec.how_to_get for codec in absent)
    facts = {
        "count": sum(codec.available for codec in every),
        "absent": ", ".join(codec.name for codec in absent),
        "cure": "; ".join(ways),
        "presets": ", ".join(name for name in presets.names() if not _whole(name)) or "-",
    }
    yield Finding("codecs", "warning", "doctor.codecs_missing", facts)


def _whole(preset: str) -> bool:
    try:
        presets.get(preset).check()
    except AugmentError:
        return False
    return True
