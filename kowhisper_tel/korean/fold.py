"""Folding: one code point sequence for what looks the same. The first step of every text that comes in."""

from __future__ import annotations

import re
import unicodedata


def _every(*ranges: tuple[int, int]) -> str:
    return "".join(chr(point) for first, last in ranges for point in range(first, last + 1))


UNSEEN = _every(
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x180B, 0x180E),  # Mongolian variation selectors and vowel separator
    (0x200B, 0x200F),  # zero-width space, joiners, directional marks
    (0x202A, 0x202E),  # directional embedding
    (0x2060, 0x2064),  # word joiner, invisible signs of mathematics
    (0x2066, 0x206F),  # directional isolates, deprecated format characters
    (0x20E3, 0x20E3),  # combining keycap
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xE0100, 0xE01EF),  # variation selectors supplement
)
"""Characters that are not seen and take no room."""

BLANK = "\u00a0\u1680\u202f\u205f\u2028\u2029\u3000\u3164\u2800" + _every((0x2000, 0x200A))
"""The Unicode spaces and line separators, the Hangul filler and the empty Braille pattern: all become a space."""

_FORMS = {
    "'": "‘’‛ʼ′`´",
    '"': "“”„‟″〝〞",
    "-": "‐‑‒–—―−﹣⁃─━",
    "~": "∼〜˜⁓∿〰",
    "·": "ㆍ・‧∙⋅•･",
    ".": "。｡﹒",
    ",": "、､﹐",
    ":": "∶ː﹕",
    "%": "﹪٪",
    "&": "﹠",
    "+": "﹢",
    "#": "﹟",
    "*": "∗﹡✱",
    "/": "∕⁄",
    "×": "✕✖",
    "$": "﹩",
    "₩": "￦",
    "£": "￡",
    "¥": "￥",
    "I": "İ",
}
ALIKE = {other: one for one, others in _FORMS.items() for other in others}
"""Characters written for one another. Not NFKC, which would also take ㎡, ½ and ㅋ apart."""

DOTS = {"…": "...", "⋯": "...", "‥": ".."}

_LEADING = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_TRAILING = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
LONE_JAMO = {
    **{0x1100 + i: jamo for i, jamo in enumerate(_LEADING)},
    **{0x1161 + i: chr(0x314F + i) for i in range(21)},
    **{0x11A8 + i: jamo for i, jamo in enumerate(_TRAILING)},
}
"""Conjoining jamo that make no syllable, to the compatibility jamo that a keyboard types (ㅋㅋ)."""

TABLE: dict[int, str | None] = {
    **{0xFF01 + i: chr(0x21 + i) for i in range(94)},
    **{ord(unseen): None for unseen in UNSEEN},
    **{ord(blank): " " for blank in BLANK},
    **{ord(other): one for other, one in {**ALIKE, **DOTS}.items()},
}
"""For ``str.translate``: full-width ASCII, ``ALIKE``, ``DOTS``, ``BLANK``, ``UNSEEN``."""

_FOLDED = re.compile(r"[\x00-_a-~가-힣ㄱ-ㅣ]*")
"""Texts that are folded already, nearly all there are: ASCII but the grave accent, Hangul syllables, jamo as typed."""


def fold(text: str) -> str:
    """NFC, full width to half, unseen characters removed; case, digits and punctuation stay. Idempotent."""
    if _FOLDED.fullmatch(text):
        return text
    folded = _once(text)
    while folded != text:
        text, folded = folded, _once(folded)
    return folded


def _once(text: str) -> str:
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(TABLE))
    return composed.translate(LONE_JAMO)
