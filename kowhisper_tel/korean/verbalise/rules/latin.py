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
    "WI-FI": "와이파이",
    "LGU+": "엘지유플러스",
    "A/S": "에이에스",
    "AT&T": "에이티앤티",
    "USIM": "유심",
    "ESIM": "이심",
    "SIM": "심",
    "PIN": "핀",
    "PASS": "패스",
    "APP": "앱",
    "FAX": "팩스",
    "LAN": "랜",
    "VISA": "비자",
    "NASA": "나사",
    "NATO": "나토",
    "FIFA": "피파",
    "COEX": "코엑스",
    "KOSPI": "코스피",
    "KOSDAQ": "코스닥",
    "KAIST": "카이스트",
    "POSCO": "포스코",
    "5G": "오지",
    "4G": "사지",
    "3G": "삼지",
    "2G": "이지",
    "3D": "쓰리디",
    "2D": "투디",
    "4K": "사케이",
}
"""Said in a way of their own, in any case of letters."""

ACRONYMS = frozenset(
    words("""
OK AI ID LGU ARS LTE VIP IP TV IPTV OTP SMS ATM USB URL VOC IVR CEO CFO CTO UI UX API IOT ICT ISP AP UHD SUV ETF IRP ISA
CMA FAQ EMS IMEI IOS ADSL AOS MOU OTT USD EU UN EV OS AR VR EBS ISO ESG DIY ARPU UHF SIEM ERP CRM AICC STT TTS
""")
)
"""Read by letters in any case. Only what is no English word: IT, US and LED are read so in capitals alone."""

LONGEST_ACRONYM = 5
LONGEST_WITH_VOWEL = 4
"""Longer words in capitals that have a vowel are words: EVENT, HELLO."""


def spell(letters: str) -> str:
    """Letters by their names: ``OTP`` → 오티피."""
    return "".join(LETTERS.get(letter, letter) for letter in letters.upper())


def is_spelled(word: str) -> bool:
    """Whether a word is read letter by letter: a known acronym, one letter, short without a vowel, short in capitals.

    What is not spelled is not spelled in lower case either, on which the scoring form's idempotence rests.
    """
    if len(word) == 1 or word.upper() in ACRONYMS:
        return True
    if not set(word.lower()) & set("aeiouy"):
        return len(word) <= LONGEST_ACRONYM
    return word.isupper() and len(word) <= LONGEST_WITH_VOWEL


def _say(word: str) -> str:
    return WORDS.get(word.upper()) or (spell(word) if is_spelled(word) else word)


def _word(match: re.Match[str]) -> str:
    word = match.group()
    if word.upper() in WORDS:
        return WORDS[word.upper()]
    parts = word.split("&")
    said = [_with_apostrophe(part) if "'" in part else _say(part) for part in parts]
    return ("&" if any(part.isascii() for part in said) else "앤").join(said)


def _with_apostrophe(word: str) -> str:
    """``LG's`` by letters; ``I'd`` is no acronym."""
    letters = word.replace("'", "")
    return spell(letters) if is_spelled(letters) and letters.upper() not in ACRONYMS else word


def _alphanumeric(match: re.Match[str]) -> str:
    word = match.group().replace("-", "")
    return WORDS.get(word.upper()) or "".join(_part(part) for part in re.findall(r"[A-Za-z]+|[0-9]+", word))


def _part(part: str) -> str:
    if part.isalpha():
        return _say(part)
    if len(part) == 1:
        return ENGLISH_DIGITS[part]
    return digits(part) if part[0] == "0" or len(part) > 3 else sino(int(part))


def _number_first(match: re.Match[str]) -> str:
    word = match.group()
    return WORDS.get(word.upper(), "".join(_part(part) for part in match.groups()))


def _basement(match: re.Match[str]) -> str:
    return f"비 {sino(int(match[1]))} 층"


RULES = (
    Rule("basement", re.compile(r"[Bb]([1-9][0-9]?)\s?층"), _basement),
    Rule("number and letters", re.compile(r"([0-9]{1,3})([A-Za-z]{1,3})(?![A-Za-z0-9])"), _number_first),
    Rule(
        "letters and number",
        re.compile(r"[A-Za-z]+-?[0-9]{1,8}(?:[A-Za-z]+[0-9]{0,8})*(?![.,]?[0-9])"),
        _alphanumeric,
        False,
    ),
    Rule(
        "letters",
        re.compile(r"(?i:(?:LG)?U\+|(?:A/S|Wi-Fi)(?![A-Z]))|[A-Za-z]+(?:['&][A-Za-z]+)*"),
        _word,
        False,
    ),
)
