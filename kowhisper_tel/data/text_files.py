"""Text files of Korean corpora: UTF-8, with or without a byte order mark, or cp949."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.core.errors import UserError

ENCODINGS = ("utf-8-sig", "cp949")
"""Tried in this order, both strictly. Hangul in cp949 is never valid UTF-8."""
_BLOCK = 1 << 20


def decode(data: bytes) -> str | None:
    """The text of a file's bytes; ``None`` where they are neither UTF-8 nor cp949."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read_text(path: Path) -> str:
    """A file's text. Raises ``UserError`` ``prepare.encoding`` where it is neither UTF-8 nor cp949."""
    text = decode(path.read_bytes())
    if text is None:
        raise UserError("prepare.encoding", path=path)
    return text


def read_lines(path: Path, newline: str = "\n") -> Iterator[str]:
    r"""A file's lines with their ends, without holding the file. Raises ``UserError`` as ``read_text`` does.

    ``newline`` is as in ``open``: only ``"\n"`` ends a line, or with ``""`` also ``"\r"``.
    """
    encoding = next((name for name in ENCODINGS if _is_in(path, name)), None)
    if encoding is None:
        raise UserError("prepare.encoding", path=path)
    with path.open(encoding=encoding, newline=newline) as lines:
        yield from lines


def _is_in(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(_BLOCK):
                pass
    except UnicodeDecodeError:
        return False
    return True
