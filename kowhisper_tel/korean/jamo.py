"""Jamo: the letters that a Hangul syllable block is made of (Unicode 17.0, section 3.12: Hangul syllables)."""

from __future__ import annotations

FIRST, LAST = 0xAC00, 0xD7A3
ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS: tuple[str, ...] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")


class _Letters(dict[str, str]):
    """The letters of characters, worked out when they are first met."""

    def __missing__(self, character: str) -> str:
        self[character] = found = _letters(ord(character)) if "가" <= character <= "힣" else character
        return found


def _letters(code: int) -> str:
    block, last = divmod(code - FIRST, len(CODAS))
    first, vowel = divmod(block, len(VOWELS))
    return ONSETS[first] + VOWELS[vowel] + CODAS[last]


_LETTERS = _Letters()


def letters(text: str) -> str:
    """The text with each syllable as onset, vowel and, where it has one, coda, in compatibility jamo.

    A coda of two letters (ㄳ) is one jamo, as in NFD; other characters stay. Unlike NFD's, an onset and a coda of the
    same letter are the same character.

    >>> letters("값은 OK")
    'ㄱㅏㅄㅇㅡㄴ OK'
    """
    return "".join(map(_LETTERS.__getitem__, text))


def coda(text: str) -> str | None:
    """The coda of the text's last syllable, ``""`` for none; ``None`` where it ends in something else than a syllable.

    >>> coda("손님"), coda("전화"), coda("A")
    ('ㅁ', '', None)
    """
    code = ord(text[-1]) if text else 0
    return CODAS[(code - FIRST) % len(CODAS)] if FIRST <= code <= LAST else None
