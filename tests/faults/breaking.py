"""Breaking: files that rot, and machines that run out of something at a place that is drawn."""

from __future__ import annotations

import errno
import os
import random
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KINDS = ("ENOSPC", "EDQUOT", "EIO", "EMFILE", "ENOMEM", "MemoryError", "file size")
CODES = {
    **{"ENOSPC": "disk", "EDQUOT": "disk", "file size": "disk", "EIO": "device", "EMFILE": "files"},
    **{"ENOMEM": "memory", "MemoryError": "memory"},
}
"""Which ``exhausted.*`` a kind must be told as."""
_CHANGES = {"os.rename", "os.mkdir"}


def rot(path: Path, draw: random.Random) -> str:
    """Turn one to three bits of a file, cut it short, or take a block out of its middle; what was done."""
    data = bytearray(path.read_bytes())
    how = draw.choice(("flip", "flip", "cut", "block")) if len(data) > 64 else "cut"
    if how == "flip":
        for place in draw.sample(range(8 * len(data)), draw.randint(1, 3)):
            data[place // 8] ^= 1 << place % 8
    elif how == "cut":
        del data[draw.randrange(len(data)) :]
    else:
        start = draw.randrange(len(data) - 32)
        data[start : start + 32] = bytes(32)
    path.write_bytes(bytes(data))
    return how


class _Hook:
    """An audit hook cannot be taken away: there is one, and it is idle most of the time."""

    def __init__(self) -> None:
        self.folder, self.left, self.error = "", 0, ""
        self.seen = 0
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.folder:
            return
        opened = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if not (opened or event in _CHANGES) or self.folder not in str(args[0]):
            return
        self.seen += 1
        self.left -= 1
        if self.left == 0:
            if self.error == "MemoryError":
                raise MemoryError
            number = getattr(errno, self.error)
            raise OSError(number, os.strerror(number), str(args[0]))


_hook: list[_Hook] = []


@contextmanager
def counting(folder: Path) -> Iterator[_Hook]:
    """Counts in ``seen`` what is opened to write, made and renamed in a folder meanwhile."""
    if not _hook:
        _hook.append(_Hook())
    hook = _hook[0]
    hook.folder, hook.left, hook.seen = str(folder), 0, 0
    try:
        yield hook
    finally:
        hook.folder = ""


@contextmanager
def failing(folder: Path, kind: str, number: int) -> Iterator[None]:
    """The ``number``-th such event fails; of the kind ``file size``, any file that grows beyond so many bytes does."""
    if kind == "file size":
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (number, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        return
    with counting(folder) as hook:
        hook.left, hook.error = number, kind
        yield
