"""Text files of Korean corpora: UTF-8, with or without a byte order mark, or cp949."""

from __future__ import annotations

from pathlib import Path

from kowhisper_tel.core.errors import UserError

ENCODINGS = ("utf-8-sig", "cp949")
"""Tried in this order, both strictly. Hangul in cp949 is never valid UTF-8."""


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
