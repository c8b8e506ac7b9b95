"""Jamo against Unicode's decomposition, and what may be written on to a noun."""

from __future__ import annotations

import unicodedata

import pytest

from kowhisper_tel.korean.jamo import coda, letters
from kowhisper_tel.korean.josa import is_josa


def test_every_syllable_comes_apart_as_unicode_says() -> None:
    for code in range(0xAC00, 0xD7A4):
        syllable = chr(code)
        # NFKC makes a compatibility jamo a conjoining one (an onset where it can be, else a coda): the same letters.
        names = [unicodedata.name(jamo).split(" ", 2)[2] for jamo in unicodedata.normalize("NFD", syllable)]
        assert [unicodedata.name(jamo).split(" ", 2)[2] for jamo in letters(syllable)] == names
        assert coda(syllable) == (letters(syllable)[2:] or "")


def test_other_characters_stay() -> None:
    assert letters("A ㅋ1한") == "A ㅋ1ㅎㅏㄴ"
    assert (coda(""), coda("A"), coda("ㅋ")) == (None, None, None)


@pytest.mark.parametrize(
    ("noun", "tail"),
    [
        ("카드", "를"), ("카드", "가"), ("카드", "로"), ("카드", "로는"), ("카드", "예요"), ("카드", "입니다"),
        ("카드", "요"),
        ("환불", "을"), ("환불", "이요"), ("환불", "로"), ("환불", "이에요"), ("환불", "이라고요"), ("환불", "만"),
        ("통장", "으로"), ("통장", "에서는"), ("통장", "까지도"), ("통장", "이랑"), ("통장", "인데요"), ("OTP", "를"),
        ("OTP", "을"), ("고객", "한테서도"), ("해지", "밖에는"), ("약정", "이었는데"),
    ],
)  # fmt: skip
def test_josa_are_known(noun: str, tail: str) -> None:
    assert is_josa(noun, tail)


@pytest.mark.parametrize(
    ("noun", "tail"),
    [
        ("카드", "값"), ("카드", "을"), ("카드", "이랑은행"), ("환불", "를"), ("환불", "금"), ("통장", "로"),
        ("통장", "사본"),
        ("해지", "신청"), ("해지", "하다"), ("고객", "님"), ("고객", "센터로"), ("카드", ""),
    ],
)  # fmt: skip
def test_other_words_are_none(noun: str, tail: str) -> None:
    assert not is_josa(noun, tail)
