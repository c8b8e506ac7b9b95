"""Disk: room for a run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.core.files import standing
from kowhisper_tel.doctor.finding import Finding

GB = 1e9
LEAST_GB = 5.0
"""Two models of whisper-base's size, their checkpoints and what is heard."""


def look(runs: Path) -> Iterator[Finding]:
    """What is free where runs are to lie."""
    free_gb = shutil.disk_usage(standing(runs)).free / GB
    facts = {"free_gb": free_gb, "runs": str(runs), "least_gb": LEAST_GB}
    if free_gb >= LEAST_GB:
        yield Finding("disk", "ok", "doctor.disk", facts)
    else:
        yield Finding("disk", "warning", "doctor.disk_little", facts)
