"""Latin words that nobody listed: a Hangul spelling from the letters, in the spirit of 외래어 표기법 (chapter 3).

A guess at the sound, letter group by letter group. What matters is that every word ends in Hangul: a short vowel's
p, t, k close the syllable, m, n, ng, l always do, any other consonant without a vowel takes ㅡ (ㅣ behind ㅈ, ㅊ, sh).
"""

from __future__ import annotations

import functools
import re

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_CLOSING = {"ㅍ": "ㅂ", "ㅌ": "ㅅ", "ㅋ": "ㄱ", "ㅁ": "ㅁ", "ㄴ": "ㄴ", "L": "ㄹ", "N": "ㅇ"}
_INITIAL = {"S": "ㅅ", "L": "ㄹ", "N": "ㅇ", "Z": "ㅈ"}
_STOPS = "ㅍㅌㅋ"

_GROUPS = tuple(
    (re.compile(letters), sounds)
    for letters, sounds in (
        # The first that fits is taken. L: l, N: ng, S: sh, Z: z, W and Y: glides; r is ㄹ.
        (r"^uni", "Yㅜㄴㅣ"),
        (r"^com(?=[bp])", "ㅋㅓㅁ"),
        (r"ower(?=s?$)", "ㅏWㅓ"),
        (r"mb$", "ㅁ"),
        (r"rh", "ㄹ"),
        (r"sc(?=[eiy])", "ㅅ"),
        (r"[ts]ion(?=s?$)", "Sㅕㄴ"),
        (r"ture(?=s?$)", "ㅊㅓ"),
        (r"[ct]ious$", "Sㅓㅅ"),
        (r"igh", "ㅏㅣ"),
        (r"t?ch", "ㅊ"),
        (r"sch", "ㅅㅋ"),
        (r"sh", "S"),
        (r"th", "ㅅ"),
        (r"ph", "ㅍ"),
        (r"(?<!^)gh", ""),
        (r"gh", "ㄱ"),
        (r"ck", "ㅋ"),
        (r"^kn", "ㄴ"),
        (r"^wr", "ㄹ"),
        (r"^ps", "ㅅ"),
        (r"wh", "W"),
        (r"qu", "ㅋW"),
        (r"ng(?=[kg]|s?$)|n(?=[kg])", "N"),
        (r"^x", "Z"),
        (r"x", "ㅋㅅ"),
        (r"dg(?=e)", "ㅈ"),
        (r"eo", "ㅓ"),
        (r"ae", "ㅐ"),
        (r"ee|ea|ie(?=[a-z])|ei", "ㅣㅣ"),
        (r"oo", "ㅜㅜ"),
        (r"ou(?=s$)", "ㅓ"),
        (r"ou|ow(?=[a-z])", "ㅏㅜ"),
        (r"ow$|oa|au|aw", "ㅗㅗ"),
        (r"ai|ay|ey(?!$)", "ㅔㅣ"),
        (r"oi|oy", "ㅗㅣ"),
        (r"ew|eu|ue$", "ㅠㅠ"),
        (r"ar(?![aeiouy])", "ㅏㅏ"),
        (r"[eiu]r(?![aeiouy])|or$|(?<=[a-z][bcdfgkptv])re$", "ㅓㅓ"),
        (r"or(?![aeiouy])", "ㅗㅗ"),
        (r"e?y$", "ㅣㅣ"),
        (r"a$", "ㅏ"),
        (r"u$", "ㅜ"),
        (r"a(?=(?:[bcdfgkptz]l|[bcdfgklmnpstvz])e$)", "ㅔㅣ"),
        (r"[iy](?=[bcdfgklmnpstvz]e$)", "ㅏㅣ"),
        (r"o(?=[bcdfgklmnpstvz]e$)", "ㅗㅗ"),
        (r"u(?=[bcdfgklmnpstvz]e$)", "ㅠㅠ"),
        (r"(?<=[a-z][b-df-hj-np-tv-z])e$", ""),
        (r"c(?=[eiy])", "ㅅ"),
        (r"g(?=[eiy])", "ㅈ"),
        (r"y(?=[aeiou])", "Y"),
        (r"w", "W"),
    )
)
_LETTERS = dict(zip("abcdefghijklmnopqrstuvyz", "ㅐㅂㅋㄷㅔㅍㄱㅎㅣㅈㅋLㅁㄴㅗㅍㅋㄹㅅㅌㅓㅂㅣZ", strict=True))
_GLIDES = {
    "W": dict(zip("ㅏㅐㅔㅣㅓㅗㅜ", "ㅘㅙㅞㅟㅝㅝㅜ", strict=True)),
    "Y": dict(zip("ㅏㅐㅔㅣㅓㅗㅜ", "ㅑㅒㅖㅣㅓㅛㅠ", strict=True)),
}
_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1")


@functools.lru_cache(maxsize=4096)
def transliterate(word: str) -> str:
    """A word of the letters a to z, in any case, in Hangul syllables.

    >>> transliterate("parking"), transliterate("blanket")
    ('파킹', '블랭켓')
    """
    return _compose(_sounds(_DOUBLED.sub(r"\1", word.lower())))


def _sounds(word: str) -> str:
    sounds = ""
    place = 0
    while place < len(word):
        for letters, said in _GROUPS:
            if match := letters.match(word, place):
                sounds, place = sounds + said, match.end()
                break
        else:
            sounds, place = sounds + _LETTERS[word[place]], place + 1
    return sounds


def _compose(sounds: str) -> str:
    """Syllables of a row of sounds; two like vowels in a row are one long one, which no stop closes."""
    syllables: list[str] = []
    initial, glide, is_short = "ㅇ", "", False
    for place, sound in enumerate(sounds):
        behind = sounds[place + 1 : place + 2]
        if sound in _VOWELS:
            if place and sounds[place - 1] == sound and initial == "ㅇ":
                is_short = False
                continue
            syllables.append(_syllable(initial, _glided(sound, glide, initial)))
            is_short = behind not in _VOWELS or not behind
            initial, glide = "ㅇ", ""
        elif sound in _GLIDES:
            if behind and behind in _VOWELS:
                glide = sound
            else:
                syllables.append(_syllable(initial, "ㅜ" if sound == "W" else "ㅣ"))
                initial, is_short = "ㅇ", False
        elif behind and behind in _VOWELS + "WY" and sound != "N":
            if sound == "L" and syllables and initial == "ㅇ":
                syllables[-1] = _closed(syllables[-1], "ㄹ")
            initial = sound
        else:
            _close(syllables, sound, is_short, behind)
            is_short = False
    return "".join(syllables)


def _close(syllables: list[str], sound: str, is_short: bool, behind: str) -> None:
    """A consonant with no vowel behind it."""
    is_open = bool(syllables) and (ord(syllables[-1]) - ord("가")) % 28 == 0
    if sound == "ㄹ" and syllables and is_open:
        return
    if is_open and sound in _CLOSING and (sound not in _STOPS or (is_short and behind not in tuple("ㄹLㅁㄴ"))):
        syllables[-1] = _closed(syllables[-1], _CLOSING[sound])
    elif sound != "ㅎ" or not syllables:
        vowel = "ㅣ" if sound in "ㅈㅊ" or (sound == "S" and not behind) else "ㅠ" if sound == "S" else "ㅡ"
        syllables.append(_syllable(sound, vowel))


def _glided(vowel: str, glide: str, initial: str) -> str:
    if initial == "S":
        return _GLIDES["Y"].get(vowel, vowel)
    return _GLIDES[glide].get(vowel, vowel) if glide else vowel


def _syllable(initial: str, vowel: str) -> str:
    return chr(ord("가") + (_INITIALS.index(_INITIAL.get(initial, initial)) * 21 + _VOWELS.index(vowel)) * 28)


def _closed(syllable: str, final: str) -> str:
    """An open syllable with a final; a closed one stays."""
    return chr(ord(syllable) + _FINALS.index(final)) if (ord(syllable) - ord("가")) % 28 == 0 else syllable
