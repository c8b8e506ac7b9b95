"""Spoken: digits said one by one, whatever stands between their groups, and with some of them misheard.

A stretch is looked for as in the local alignment of sequences (Smith and Waterman 1981; the drop of Altschul et al.
1990): each syllable that is a digit adds to its score, each other takes away, one that differs from a digit in a
letter takes less, and what may stand between groups (particles, fillers, signs) nearly nothing. A stretch begins and
ends with a digit; it ends before its score has dropped by ``DROP``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from kowhisper_tel.korean.jamo import CODAS, FIRST, ONSETS, VOWELS
from kowhisper_tel.korean.josa import is_josa
from kowhisper_tel.korean.mask.cues import announced, is_cue

SURE = frozenset("공영삼육륙칠팔")
ALSO_WORDS = frozenset("일이사오구")
DIGITS = SURE | ALSO_WORDS
NATIVE = ("하나", "다섯", "여섯", "일곱", "여덟", "아홉", "둘", "셋", "넷")
POWERS = frozenset("십백천만")

_DIGIT = re.compile(f"[{''.join(sorted(DIGITS))}]|\\d|{'|'.join(NATIVE)}")
_WORD = re.compile(r"\S+")
_FILLER = re.compile(
    r"(?:[네예어음아에응그저자의]+|여기|그리고|그다음|다음에|다음|그러니까|그러면|잠시만요|잠깐만요|다시|하이픈|대시|다쉬|바|빼기"
    r"|국에|국의|국번|번에|뒤에|뒷자리는?|앞자리는?|그게|뭐지|뭐더라|맞나|하고)[.,…~?!]*|[^\w●]+|[●]+(?:\w{0,3})"
)
_TAIL = re.compile(
    r"(?:번|번이|번으로|번에|국에?|고|구|고요|구요|그다음|하고)?"
    r"(?:이요|요|입니다|입니까|이에요|예요|에요|네요|이고요|이구요|고요|구요|거든요|인데요|이죠|죠|맞죠|맞나요|이라고|라고|으로|로|은|는|에|의|에서)?[.,…~?!]*"
)
_PREFIXED = re.compile(
    r"(?<![가-힣])[공영]일[공영일육칠팔구][에의]? ?(?:번? ?|네 |어 |음 )"
    r"(?P<a>[일이삼사오육륙칠팔구십백천]*천[일이삼사오육륙칠팔구십백]*)[에의]? ?(?:네 |어 |음 )?"
    r"(?P<b>[일이삼사오육륙칠팔구십백천]{2,8})(?=[에으로이입은는요예번]|\s|$|[.,?!])"
)
"""공일공에 천이백삼십사에 오천육백칠십팔."""

_TOGETHER = re.compile(rf"[{''.join(sorted(DIGITS))}]{{3}}|\d{{3}}")

DROP = 4.5
LEAST, LEAST_CUED, LEAST_ALONE = 6, 4, 4
"""Digits that a stretch has at least: anywhere, behind a cue, and where the text is nothing else."""
LONGEST_REST = 4
"""Syllables of a word that are masked with the digits in it."""
_PARTICLES = frozenset("에의로요예")

Span = tuple[int, int]


def find(text: str) -> Iterator[Span]:
    """The stretches of numbers said digit by digit."""
    if (
        sum(character in DIGITS or character.isdecimal() for character in text)
        + sum(text.count(word) for word in NATIVE)
        < LEAST_ALONE
    ):
        return
    for match in _PREFIXED.finditer(text):
        yield match.span()
    values, digits = _values(text)
    for start, end in _stretches(values, digits):
        if _is_number(text, start, end, digits, values):
            yield _whole_words(text, start, end)


def _values(text: str) -> tuple[list[float], list[bool]]:
    """What each character adds to a stretch's score, and whether it is of a digit."""
    values, digits = [0.0] * len(text), [False] * len(text)
    for word in _WORD.finditer(text):
        if _FILLER.fullmatch(word.group()):
            values[word.start()] = -0.4
            continue
        end = _digits_end(word.group())
        for place, (value, digit) in enumerate(_of_word(word.group()[:end]), word.start()):
            values[place], digits[place] = value, digit
        if end < len(word.group()):
            values[word.start() + end] = -0.3
    return values, digits


def _digits_end(word: str) -> int:
    """Where what may be digits ends and a particle or the copula begins (공일공이고요); the word's end for none."""
    last = max((match.end() - 1 for match in _DIGIT.finditer(word)), default=-1)
    tail = word[last + 1 :]
    if last < 0 or not tail:
        return len(word)
    cuts = range(last + 1, min(last + 3, len(word)))  # a digit or two misheard before it (영기에)
    return next((cut for cut in cuts if _is_ending(word[cut - 1], word[cut:])), len(word))


def _of_word(word: str) -> Iterator[tuple[float, bool]]:
    place = 0
    while place < len(word):
        native = next((name for name in NATIVE if word.startswith(name, place)), None)
        if native:
            yield from [(1.0 / len(native), True)] * len(native)
            place += len(native)
            continue
        yield _of_character(word[place])
        place += 1


@functools.cache
def _of_character(character: str) -> tuple[float, bool]:
    if character in DIGITS:
        return (1.4 if character in SURE else 1.0), True
    if character.isdecimal():
        return 1.0, True
    if not character.isalnum():
        return 0.0, False
    if character in POWERS:
        return -2.5, False
    return (-0.8 if character in _near() else -2.0), False


@functools.cache
def _near() -> frozenset[str]:
    """The syllables that differ from a digit's in one letter."""
    found: set[str] = set()
    for digit in DIGITS:
        block, last = divmod(ord(digit) - FIRST, len(CODAS))
        first, vowel = divmod(block, len(VOWELS))
        near = [(other, vowel, last) for other in range(len(ONSETS))]
        near += [(first, other, last) for other in range(len(VOWELS))]
        near += [(first, vowel, other) for other in range(len(CODAS))]
        found |= {chr(FIRST + (a * len(VOWELS) + b) * len(CODAS) + c) for a, b, c in near}
    return frozenset(found - DIGITS)


def _stretches(values: list[float], digits: list[bool]) -> Iterator[Span]:
    """The stretches of the highest scores, from left to right."""
    place = 0
    while place < len(values):
        if not digits[place]:
            place += 1
            continue
        score = best = 0.0
        start = end = place
        while place < len(values) and score > best - DROP and score >= 0:
            score += values[place]
            place += 1
            if score >= best and digits[place - 1]:
                best, end = score, place
        yield start, end
        place = max(end, start + 1)


def _is_number(text: str, start: int, end: int, digits: list[bool], values: list[float]) -> bool:
    said = [character for character, digit in zip(text[start:end], digits[start:end], strict=True) if digit]
    misheard = sum(character in _near() for character in text[start:end])
    count, kinds = len(said) + misheard / 2, len(set(said))
    if not any(character in DIGITS or character.isdecimal() for character in said):
        return False  # 하나 둘 셋 넷 is counting
    if any(map(str.isdecimal, said)) and not _is_mixed(text[start:end], values[start:end]):
        return False
    if announced(text, start):
        return count >= LEAST_CUED
    if text[:start].endswith("점 "):
        return False  # behind the point of a decimal
    if count >= LEAST:
        return kinds >= 2 and (bool(set(said) & SURE) or "0" in said or count >= 9) and _is_dense(text[start:end])
    rest = [word.group() for word in _WORD.finditer(text[:start] + " " + text[end:])]
    alone = all(_FILLER.fullmatch(word) or _TAIL.fullmatch(word) for word in rest)
    return count >= LEAST_ALONE and kinds >= 2 and alone


def _is_mixed(said: str, values: list[float]) -> bool:
    """Whether digits are written, but with words between their groups (010에 1234에 5678); else ``written`` judges."""
    words = any(character.isalpha() for character in said)
    groups = re.findall(r"\d+", said)
    years = all(re.fullmatch(r"(?:19|20)\d\d", group) for group in groups)
    long = any(len(group) >= 4 for group in groups) and not years
    return words and long and min(values) > -0.5 and not re.search(r"\d,\d", said)


def _is_dense(said: str) -> bool:
    """Whether digits stand together as in a number, not as the words that some of them are (이 일이 사실 이사)."""
    return bool(_TOGETHER.search(said)) or sum(word in DIGITS for word in said.split()) >= LEAST


def _whole_words(text: str, start: int, end: int) -> Span:
    """The stretch with what is left of its first and last word: a digit misheard there (오육칠발) is as telling."""
    first = text.rfind(" ", 0, start) + 1
    head = text[first:start]
    if 0 < len(head) <= LONGEST_REST and not is_cue(head):
        start = first
    word_end = next((place for place in range(end, len(text)) if text[place].isspace()), len(text))
    tail = text[end:word_end]
    if tail[:1] in _near() and tail[:1] not in _PARTICLES:
        end, tail = end + 1, tail[1:]
    kept = next((cut for cut in range(len(tail) + 1) if _is_ending(text[end - 1 + cut], tail[cut:])), len(tail))
    return start, end + min(kept, LONGEST_REST)


def _is_ending(last: str, tail: str) -> bool:
    bare = tail.rstrip(".,…~?!")
    return not bare or _TAIL.fullmatch(tail) is not None or is_josa(last, bare)
