"""The machine that something was measured on."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path


def on_one_core() -> int:
    """Keeps this process, and those that it starts, on the last core that it may use; gives that core's number."""
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def described(*distributions: str) -> str:
    """One line: processor, cores, load, Python and the versions of distributions."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in distributions)
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores (load {load:.1f} at the start), {platform.system()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
