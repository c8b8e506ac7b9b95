"""Latin letters: acronyms by the letters' names (에이아이), with numbers in them (에이포, 오지)."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import digits, sino
from kowhisper_tel.korean.verbalise.rule import Rule, words

_NAMES = """
에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트
"""
LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", words(_NAMES), strict=True))
ENGLISH_DIGITS = dict(zip("0123456789", words("제로 원 투 쓰리 포 파이브 식스 세븐 에이트 나인"), strict=True))
WORDS = {
    "MP3": "엠피쓰리",
    "MP4": "엠피포",
    "U+": "유플러스",
    "B2B": "비투비",
    "B2C": "비투씨",
    "WIFI": "와이파이",
    "5G": "오지",
    "4G": "사지",
    "3G": "삼지",
    "2G": "이지",
    "3D": "쓰리디",
    "2D": "투디",
    "4K": "사케이",
}
"""Said in a way of their own."""

LONGEST_ACRONYM = 5


def spell(letters: str) -> str:
    """Letters by their names: ``OTP`` → 오티피."""
    return "".join(LETTERS.get(letter, letter) for letter in letters.upper())


def is_spelled(word: str) -> bool:
    """Whether a word is read letter by letter: short, and in capitals, without a vowel, or a single letter."""
    return len(word) <= LONGEST_ACRONYM and (word.isupper() or not set(word.lower()) & set("aeiouy") or len(word) == 1)


def _word(match: re.Match[str]) -> str:
    word = match.group()
    if word.upper() in WORDS:
        return WORDS[word.upper()]
    letters = word.replace("'", "").replace("&", "")
    if not is_spelled(letters):
        return word
    return "앤".join(spell(part) for part in word.replace("'", "").split("&"))


def _alphanumeric(match: re.Match[str]) -> str:
    word = match.group().replace("-", "")
    if word.upper() in WORDS:
        return WORDS[word.upper()]
    return "".join(_part(part) for part in re.findall(r"[A-Za-z]+|[0-9]+", word))


def _part(part: str) -> str:
    if part.isalpha():
        return spell(part) if is_spelled(part) else part
    if len(part) == 1:
        return ENGLISH_DIGITS[part]
    return digits(part) if part[0] == "0" or len(part) > 3 else sino(int(part))


def _number_first(match: re.Match[str]) -> str:
    word = match.group()
    return WORDS.get(word.upper(), "".join(_part(part) for part in match.groups()))


RULES = (
    Rule("number and letters", re.compile(r"([0-9]{1,3})([A-Za-z]{1,3})(?![A-Za-z0-9])"), _number_first),
    Rule(
        "letters and number",
        re.compile(r"[A-Za-z]+-?[0-9]{1,8}(?:[A-Za-z]+[0-9]{0,8})*(?![.,]?[0-9])"),
        _alphanumeric,
        False,
    ),
    Rule("letters", re.compile(r"U\+|[A-Za-z]+(?:['&][A-Za-z]+)*"), _word, False),
)
