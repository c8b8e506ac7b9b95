"""Memory that is freed in a training step stays with the process for the next one.

By default glibc gives each large block back to the system at once and asks for it anew, page by page, zeroed by the
kernel: half a second of each ten that a step of whisper-base takes on a processor.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# mallopt(3): names and numbers from <malloc.h>.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_NEVER = 2**31 - 1
_DEFAULT_TRIM_THRESHOLD, _DEFAULT_MMAP_MAX = 128 * 1024, 65536


@contextmanager
def keeping_freed_memory() -> Iterator[None]:
    """While the block lasts; then all is given back. Does nothing where the C library is not glibc."""
    try:
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        mallopt, trim = (libc.mallopt, libc.malloc_trim) if libc else (None, None)
    except AttributeError:  # musl
        mallopt = trim = None
    if mallopt is None or trim is None:
        yield
        return
    mallopt(_MMAP_MAX, 0)
    mallopt(_TRIM_THRESHOLD, _NEVER)
    try:
        yield
    finally:
        mallopt(_MMAP_MAX, _DEFAULT_MMAP_MAX)
        mallopt(_TRIM_THRESHOLD, _DEFAULT_TRIM_THRESHOLD)
        trim(0)
