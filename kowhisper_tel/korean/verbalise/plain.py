"""Plain characters: digits and Latin letters of every kind as ASCII, one for one, so that places stay the same."""

from __future__ import annotations

import re
import unicodedata

from kowhisper_tel.korean.fold import ALIKE

_EXOTIC = re.compile(r"[^\x00-\x7f가-힣ㄱ-ㆎ“”、。※→·…‘]")
_ALIKE = ALIKE | {"⁄": "/", "∕": "/", "／": "/"}
_LETTER = re.compile(r"\bLATIN (?:(?:CAPITAL|SMALL) )?(?:LETTER |LIGATURE )?(.*)")


def plain(text: str) -> str:
    """The text with every decimal digit, subscript digit, Latin letter and wide sign as one ASCII character.

    As long as ``text``. ``é`` → ``e``, ``٣`` → ``3``, ``Ⓐ`` → ``A``; ``½``, ``①`` and ``Ⅲ`` stay for the rule that
    reads them.
    """
    return text.translate(_TABLE) if _EXOTIC.search(text) else text


class _Table(dict[int, str]):
    """Filled as characters are met: Unicode has some 2,500 that change."""

    def __missing__(self, point: int) -> str:
        self[point] = _plain(chr(point))
        return self[point]


_TABLE = _Table()


def _plain(character: str) -> str:
    if character in _ALIKE:
        return _ALIKE[character]
    if character.isascii():
        return character
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(decimal)
    name = unicodedata.name(character, "")
    folded = unicodedata.normalize("NFKD", character)
    if name.startswith(("SUBSCRIPT ", "FULLWIDTH ")) and len(folded) == 1 and folded.isascii():
        return folded
    latin = _LETTER.search(name)
    if latin and unicodedata.category(character)[0] in "LMS" and name != "LATIN CROSS":
        return _base(folded, latin[1], small="SMALL LETTER" in name)
    if unicodedata.category(character)[0] == "L" and folded[0].isascii() and folded[0].isalpha():
        return folded[0]
    return character


def _base(folded: str, described: str, small: bool) -> str:
    """The ASCII letter of a Latin one: of its decomposition, or of its name (O WITH STROKE, SHARP S)."""
    for letter in folded:
        if letter.isascii() and letter.isalpha():
            return letter
    words = described.split(" WITH ")[0].split()
    letter = next((word for word in words if len(word) == 1 and word.isalpha()), words[0][0] if words else "A")
    letter = letter if letter.isascii() and letter.isalpha() else "A"
    return letter.lower() if small else letter
