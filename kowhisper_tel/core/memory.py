"""Memory: what the machine has, and the most that processes have held, as Linux counts it."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where Linux tells how much a container may hold, if it is told at all (``max``: no limit)."""


def machine_bytes() -> int | None:
    """The memory of this machine, or of the container where that may hold less; ``None`` where nothing tells it."""
    try:
        physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None
    told = [Path(limit).read_text().strip() for limit in LIMITS if Path(limit).is_file()]
    return min([physical, *(int(limit) for limit in told if limit.isdigit())])


def held_bytes(pid: int) -> int | None:
    """The most memory that a process and those it started have held so far (Linux's ``VmHWM``), else ``None``.

    Pages that a fork shares with its parent count once for each.
    """
    found = [_high_water(number) for number in (pid, *children(pid))]
    known = [size for size in found if size is not None]
    return sum(known) if known else None


def own_bytes() -> int:
    """The most memory that this process alone has held so far.

    Where there is no ``VmHWM``, ``ru_maxrss``, which a process takes over from the one that started it.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    return _high_water(os.getpid()) or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def children_bytes() -> int:
    """The most that the processes which this one started, and which still run, have held; pages as ``held_bytes``."""
    return sum(_high_water(pid) or 0 for pid in children(os.getpid()))


def children(pid: int) -> list[int]:
    """The processes that a process has started, and those they have, without any that ended; none off Linux."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            started = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        found += [one for child in started for one in (child, *children(child))]
    return found


def _high_water(pid: int) -> int | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return int(line.split()[1]) * 1024 if line else None
