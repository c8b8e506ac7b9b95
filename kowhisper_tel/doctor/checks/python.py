"""Python: its version, and whether what is printed may hold Hangul."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.doctor.finding import Finding

LEAST = (3, 11)


def look(runs: Path) -> Iterator[Finding]:
    """The version beside the least that there must be, and the encoding of what is printed."""
    facts = {
        "version": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }
    if sys.version_info >= LEAST:
        yield Finding("python", "ok", "doctor.python", facts)
    else:
        yield Finding("python", "missing", "doctor.python_old", facts | {"least": ".".join(map(str, LEAST))})
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        yield Finding("python", "warning", "doctor.encoding", {"encoding": sys.stdout.encoding})
