"""Numerals: the spoken side of a dual transcription, spaced as the verbaliser spaces numbers.

KsponSpeech writes ``(70%)/(칠 십 퍼센트)`` and ``(2024년)/(이 천 이십 사 년)``. Which of the spoken words are a number
is known from the written side; only there, and at the edges, is the spacing changed.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from kowhisper_tel.korean.verbalise import readings, verbalise
from kowhisper_tel.korean.verbalise.rule import JOSA

_DIGIT = re.compile(r"[0-9]")
_MARK = re.compile(r"[,·]")
"""What parts two numbers, said or not: 15,16일."""
_NUMERALS = frozenset("영공일이삼사오육륙칠팔구십백천만억조경")
_GROUP_ENDS = frozenset("만억조경")
ONLY_JOSA = re.compile(rf"{JOSA}+[.,?!]*")
"""A stretch of nothing but particles."""


def regroup(written: str, spoken: str) -> str:
    """The spoken side with its numbers spaced as ``verbalise(written)`` spaces them. Only white space changes.

    A side whose partner shows no digit is returned as it is.

    >>> regroup("70%가", "칠 십 퍼센트가"), regroup("010-1234", "공 일 공 일 이 삼 사")
    ('칠십 퍼센트가', '공일공 일이삼사')
    """
    if not _DIGIT.search(written):
        return spoken
    model, number = _model(written)
    model = _MARK.sub(" ", model)
    model_letters, model_spaces = _letters(model)
    letters, spaces = _letters(spoken)
    in_number = [inside for letter, inside in zip(model, number, strict=True) if not letter.isspace()]
    place = _places(letters, model_letters)
    result = [letters[:1]]
    for i in range(1, len(letters)):
        left, right = place.get(i - 1), place.get(i)
        space = i in spaces
        if left is not None and right == left + 1:
            if in_number[left] and in_number[right]:
                space = right in model_spaces
            elif in_number[left] or in_number[right]:
                space = right in model_spaces or (space and not _is_josa(model_letters, model_spaces, right))
        elif letters[i - 1] in _NUMERALS and letters[i] in _NUMERALS:
            space = letters[i - 1] in _GROUP_ENDS
        elif letters[i - 1] in _NUMERALS and right is None and space:
            space = not _is_josa(letters, spaces, i)
        result.append(f" {letters[i]}" if space else letters[i])
    return "".join(result)


def reads_as(written: str, spoken: str) -> bool:
    """Whether ``spoken`` is how ``written`` is read, or begins as it does (칠십 프로 for 70%). 영 and 공 are alike.

    >>> reads_as("3개", "세 개"), reads_as("2024", "서울")
    (True, False)
    """
    model, said = ("".join(text.split()).replace("영", "공") for text in (verbalise(written), spoken))
    return said == model or (len(model) > 2 and said[:2] == model[:2])


def _model(written: str) -> tuple[str, list[bool]]:
    """How the written side is read, and for each character of it whether a rule of the verbaliser made it."""
    parts: list[str] = []
    inside: list[bool] = []
    done = 0
    for reading in readings(written):
        for part, made in ((written[done : reading.start], False), (reading.spoken, True)):
            parts.append(part)
            inside += [made] * len(part)
        done = reading.end
    parts.append(written[done:])
    return "".join(parts), inside + [False] * (len(written) - done)


def _letters(text: str) -> tuple[str, set[int]]:
    """The characters that are not white space, and before which of them there is some."""
    words = text.split()
    spaces, length = set(), 0
    for word in words:
        spaces.add(length)
        length += len(word)
    return "".join(words), spaces - {0}


def _places(letters: str, model: str) -> dict[int, int]:
    """Which character of the model each letter stands for; one said otherwise (영 for 공) counts, one more does not."""
    places: dict[int, int] = {}
    for tag, i, i_end, j, j_end in SequenceMatcher(None, letters, model, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and i_end - i == j_end - j):
            places.update(zip(range(i, i_end), range(j, j_end), strict=True))
    return places


def _is_josa(letters: str, spaces: set[int], start: int) -> bool:
    """Whether the word that goes on at ``start`` ends with nothing but particles (세 개 를)."""
    end = min((space for space in spaces if space > start), default=len(letters))
    return bool(ONLY_JOSA.fullmatch(letters, start, end))
