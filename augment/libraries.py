"""Libraries: where the C libraries of codecs are found, and how to get one that is not there."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEBIAN = {
    "bcg729": "libbcg729-0",
    "gsm": "libgsm1",
    "opencore-amrnb": "libopencore-amrnb0",
    "opencore-amrwb": "libopencore-amrwb0",
    "opus": "libopus0",
    "spandsp": "libspandsp2",
    "speex": "libspeex1",
    "vo-amrwbenc": "libvo-amrwbenc0",
}
"""Debian's package of each library."""

IN_WHEELS = ("opencore-amrnb", "opencore-amrwb", "opus")
"""Those that the wheels of PyAV carry beside FFmpeg."""


@functools.cache
def load(name: str) -> ctypes.CDLL | None:
    """The library of a name, from PyAV's wheel or else the system; None where neither has it."""
    for path in (*_in_wheel(name), ctypes.util.find_library(name)):
        if path is not None:
            try:
                return ctypes.CDLL(str(path))
            except OSError:  # of another architecture, or short of what it needs itself
                continue
    return None


def how_to_get(*names: str) -> str:
    """One line that says what to install."""
    packages = " ".join(DEBIAN[name] for name in names)
    wheel = "pip install av, or " if all(name in IN_WHEELS for name in names) else ""
    return f"{wheel}apt-get install {packages}"


def function(library: Any, name: str, result: Any, *arguments: Any) -> Any:
    """A function of a library with its signature."""
    found = getattr(library, name)
    found.restype, found.argtypes = result, arguments
    return found


def _in_wheel(name: str) -> Iterator[Path]:
    spec = importlib.util.find_spec("av") if name in IN_WHEELS else None
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    for folder in (package.parent / "av.libs", package / ".dylibs"):
        yield from sorted(folder.glob(f"lib{name}[-.]*"))
