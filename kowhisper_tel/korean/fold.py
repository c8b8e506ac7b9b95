"""Folding: one code point sequence for what looks the same. The first step of every text that comes in."""

from __future__ import annotations

import unicodedata

ZERO_WIDTH = "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\ufeff"
"""Characters that are not seen; the two separators among them become spaces."""

ALIKE = {
    "\u3000": " ",
    "\u00a0": " ",
    "￦": "₩",
    "￡": "£",
    "￥": "¥",
    "∼": "~",
    "〜": "~",
    "‐": "-",
    "‑": "-",
    "–": "-",
    "−": "-",
    "’": "'",
    "‘": "'",
    "ㆍ": "·",
    "・": "·",
    "İ": "I",
}
"""Characters written for one another. Not NFKC, which would also take ㎡, ½ and ㅋ apart."""

TABLE: dict[int, str | None] = {
    **{0xFF01 + i: chr(0x21 + i) for i in range(94)},
    **{ord(c): " " if c in "\u2028\u2029" else None for c in ZERO_WIDTH},
    **{ord(wide): narrow for wide, narrow in ALIKE.items()},
}
"""For ``str.translate``: full-width ASCII, ``ALIKE``, ``ZERO_WIDTH``."""


def fold(text: str) -> str:
    """NFC, full width to half, zero-width characters removed; case, digits and punctuation stay. Idempotent."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(TABLE))
