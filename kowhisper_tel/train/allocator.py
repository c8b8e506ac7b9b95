"""Memory that is freed in a training step stays with the process for the next one.

By default glibc gives large blocks back to the system at once and asks for them anew, page by page, zeroed by the
kernel: half a second of each ten that a step of whisper-base takes on a processor. What is kept gets holes, though,
that the next step's blocks do not fit, and grows from step to step: 7 GB after 230 of them, with 2 in use.
So the largest blocks still come and go, which takes a tenth of a second a step, and now and then there is a ``trim``.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

# mallopt(3): names and numbers from <malloc.h>.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_NEVER, _LARGE = 2**31 - 1, 8 * 1024**2
_DEFAULT = 128 * 1024
TRIM_STEPS = 10
"""Steps after which ``trim`` is worth the half second that the next one then takes longer."""


@contextmanager
def keeping_freed_memory() -> Iterator[None]:
    """While the block lasts; then all is given back. Does nothing where the C library is not glibc."""
    if (libc := _glibc()) is None:
        yield
        return
    libc.mallopt(_MMAP_THRESHOLD, _LARGE)
    libc.mallopt(_TRIM_THRESHOLD, _NEVER)
    try:
        yield
    finally:
        libc.mallopt(_MMAP_THRESHOLD, _DEFAULT)
        libc.mallopt(_TRIM_THRESHOLD, _DEFAULT)
        trim()


def trim() -> None:
    """Give the system back what is free. Does nothing where the C library is not glibc."""
    if libc := _glibc():
        libc.malloc_trim(0)


def trim_gpu() -> None:
    """Give the GPU back what PyTorch keeps of its memory and does not use, so that others find room there."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()


@cache
def _glibc() -> ctypes.CDLL | None:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None  # musl has neither
