"""Remote: files named by a URL (``s3://bucket/corpus.jsonl``), by fsspec. Nothing is fetched that has no such name.

Whichever package of fsspec serves a scheme has its own settings and keys (environment variables, files in the home
folder); none are asked for here, or written anywhere.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from kowhisper_tel.core.errors import UserError

URL = re.compile(r"[a-z][a-z0-9+.-]+://")


def is_remote(name: str) -> bool:
    """Whether a name is a URL.

    >>> is_remote("s3://calls/corpus.jsonl"), is_remote("calls/corpus.jsonl"), is_remote("C:/calls")
    (True, False, False)
    """
    return URL.match(name) is not None


def parent(url: str) -> str:
    """The folder that a file lies in.

    >>> parent("s3://calls/2026/corpus.jsonl")
    's3://calls/2026'
    """
    return url.rpartition("/")[0]


def joined(root: str, name: str) -> str:
    """A file below a remote folder. Raises ``ValueError`` for a name that leads out of it: nobody asked for what is
    there.

    >>> joined("s3://calls/2026", "a/b.wav")
    's3://calls/2026/a/b.wav'
    """
    if is_remote(name) or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise ValueError(f"{name!r} leads out of {root}")
    return f"{root.rstrip('/')}/{name}"


@dataclass(frozen=True)
class Fetch:
    """Calling it gives what a file holds; two of one file are equal, so that it is fetched once for neighbours.

    Raises ``UserError``: ``remote.missing`` (no package for the scheme), ``remote.failed``.
    """

    url: str

    def __call__(self) -> bytes:
        """Fetch it."""
        with _opened(self.url) as file:
            return file.read()


@contextmanager
def local_copy(url: str) -> Iterator[Path]:
    """A file's copy on this machine, of the same name, while the block lasts. Raises as ``Fetch`` does."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / PurePosixPath(url).name
        with _opened(url) as file, copy.open("wb") as out:
            shutil.copyfileobj(file, out, 1 << 20)
        yield copy


def stamp(url: str) -> str:
    """What tells a file from a later one of its name; nothing where that cannot be told."""
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(url)
        return str(system.checksum(path))
    except Exception:  # who reads it says what is wrong
        return ""


@contextmanager
def _opened(url: str) -> Iterator[BinaryIO]:
    import fsspec

    scheme = url.partition("://")[0]
    try:
        with fsspec.open(url, "rb") as file:
            opened: Any = file
            yield opened
    except UserError:
        raise
    except ImportError as problem:
        raise UserError("remote.missing", scheme=scheme, problem=problem) from None
    except Exception as problem:  # the packages' errors have no common base
        if isinstance(problem, ValueError) and "rotocol" in str(problem):
            raise UserError("remote.missing", scheme=scheme, problem=problem) from None
        raise UserError("remote.failed", url=url, problem=f"{type(problem).__name__}: {problem}"[:300]) from None
