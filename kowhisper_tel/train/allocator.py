"""Memory that is free, given back to the system.

glibc keeps what is freed for the next step, with holes that the next step's blocks do not always fit, so that a process
grows from step to step. Blocks of tens of megabytes come and go by themselves.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

TRIM_STEPS = 10
"""Steps after which ``trim`` is worth the half second that the next one then takes longer."""


@contextmanager
def trimmed_after() -> Iterator[None]:
    """``trim`` once the block has ended, well or not."""
    try:
        yield
    finally:
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
    return libc if hasattr(libc, "malloc_trim") else None  # musl has none
