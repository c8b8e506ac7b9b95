"""Text files of Korean corpora: UTF-8, with or without a byte order mark, or cp949."""

from __future__ import annotations

from pathlib import Path

from kowhisper_tel.core.errors import UserError

ENCODINGS = ("utf-8-sig", "cp949")
"""Tried in this order, both strictly. Hangul in cp949 is never valid UTF-8."""


def read_text(path: Path) -> str:
    """A file's text. Raises ``UserError`` ``prepare.encoding`` where it is neither UTF-8 nor cp949."""
    data = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError("prepare.encoding", path=path)
