"""Latin letters: acronyms by the letters' names (에이아이), words (서비스), with numbers (에이포)."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.english import ENGLISH, SPELLED_IN_CAPITALS
from kowhisper_tel.korean.verbalise.numbers import digits, native, sino
from kowhisper_tel.korean.verbalise.rule import JOSA, Rule, after, parted, words
from kowhisper_tel.korean.verbalise.transliterate import transliterate

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
    "8K": "팔케이",
    "C++": "씨 플러스 플러스",
    "C#": "씨샵",
    "K-POP": "케이팝",
    "D-DAY": "디데이",
    "DDAY": "디데이",
    "II": "투",
    "III": "쓰리",
    "GPT": "지피티",
    "NIPA": "나이파",
    "UNESCO": "유네스코",
    "UNICEF": "유니세프",
    "OPEC": "오펙",
    "APEC": "에이펙",
    "SARS": "사스",
    "MERS": "메르스",
    "AIDS": "에이즈",
    "COVID": "코비드",
    "TOEIC": "토익",
    "KONA": "코나",
    "POS": "포스",
    "MZ": "엠지",
    "2NE1": "투애니원",
    "RAM": "램",
    "ROM": "롬",
    "JPEG": "제이펙",
    "WINDOWS": "윈도",
    "HI-FI": "하이파이",
    "1ST": "퍼스트",
    "2ND": "세컨드",
    "3RD": "서드",
    "4TH": "포스",
    "5TH": "피프스",
    "6TH": "식스스",
    "7TH": "세븐스",
    "8TH": "에이스",
    "9TH": "나인스",
    "10TH": "텐스",
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

_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
"""The parts of a word with capitals inside: Kakao Talk, i Phone, PDF Viewer."""


def spell(letters: str) -> str:
    """Letters by their names: ``OTP`` → 오티피."""
    return "".join(LETTERS.get(letter, letter) for letter in letters.upper())


def is_spelled(word: str) -> bool:
    """Whether a word is read letter by letter: an acronym, one letter, short without a vowel, short in capitals."""
    if len(word) == 1 or word.upper() in ACRONYMS:
        return True
    if not set(word.lower()) & set("aeiouy"):
        return len(word) <= LONGEST_ACRONYM
    return word.isupper() and len(word) <= LONGEST_WITH_VOWEL


def say(word: str) -> str:
    """One word of letters alone, in Hangul: listed, by letters, part by part, or as it may sound."""
    if word.upper() in WORDS:
        return WORDS[word.upper()]
    if (len(word) > 1 and word in SPELLED_IN_CAPITALS) or word.upper() in ACRONYMS:
        return spell(word)
    if len(word) > 1 and word.lower() in ENGLISH:
        return ENGLISH[word.lower()]
    if is_spelled(word):
        return spell(word)
    humps = _HUMPS.findall(word)
    return "".join(map(say, humps)) if len(humps) > 1 else transliterate(word)


def _word(match: re.Match[str]) -> str:
    word = match.group()
    listed = WORDS.get(word.upper()) or ENGLISH.get(word.lower())
    if listed and word not in SPELLED_IN_CAPITALS:
        return listed
    return "앤".join("".join(map(say, _PARTS.findall(part.replace("'", "")))) for part in word.split("&"))


_PARTS = re.compile(r"[A-Za-z]+")


def _slashed(match: re.Match[str]) -> str:
    return spell(match.group().replace("/", ""))


def _dotted(match: re.Match[str]) -> str:
    return spell(match.group().replace(".", ""))


def _abbreviated(match: re.Match[str]) -> str:
    return ENGLISH["number"] if match[1].lower() == "no" else ENGLISH[match[1].lower()]


def _plus(match: re.Match[str]) -> str:
    return f"{say(match[1])}{'플러스' * len(match[2])}"


def _alphanumeric(match: re.Match[str]) -> str:
    word = match.group().replace("-", "")
    said = WORDS.get(word.upper()) or _joined(re.findall(r"[A-Za-z]+|[0-9]+", word))
    return f"{said} " if _NUMBERED.match(after(match)) else said


_NUMBERED = re.compile(rf"(?:번지?|호실?|편|층|석)(?=$|[^가-힣]|{JOSA})")
"""What is numbered: a space parts it from its number, as behind figures alone (비이공일 호, 이백일 호)."""


def _joined(parts: list[str]) -> str:
    """Letters and numbers in turn, a space behind a word that is no row of letters: 에이포, 아이폰 십오."""
    said = ""
    for place, part in enumerate(parts):
        apart = place and part.isdigit() and len(parts[place - 1]) > 2 and not is_spelled(parts[place - 1])
        said += (" " if apart else "") + _part(part)
    return said


def _part(part: str) -> str:
    if part.isalpha():
        return say(part)
    if len(part) == 1:
        return ENGLISH_DIGITS[part]
    figure_by_figure = part[0] == "0" or len(part) > 3 or (len(part) == 3 and not part.endswith("00"))
    return digits(part) if figure_by_figure else sino(int(part))


def _number_first(match: re.Match[str]) -> str:
    word = match.group()
    return WORDS.get(word.upper(), "".join(_part(part) for part in match.groups()))


def _ordinal(match: re.Match[str]) -> str:
    return parted(match, WORDS.get(match.group().upper()) or f"{native(int(match[1]))} 번째")


def _quarter(match: re.Match[str]) -> str:
    return parted(match, f"{sino(int(match[1]))} 분기")


def _ranked(match: re.Match[str]) -> str:
    """Top 10, Best 5, No.1: figures in English."""
    word = "넘버" if match[1].lower() in ("no", "no.") else ENGLISH[match[1].lower()]
    return parted(
        match, f"{word} {'텐' if match[2] == '10' else ENGLISH_DIGITS[match[2]]}".replace("넘버 원", "넘버원")
    )


def _countdown(match: re.Match[str]) -> str:
    return f"디 {'마이너스' if match[1] == '-' else '플러스'} {sino(int(match[2]))}"


def _floor(match: re.Match[str]) -> str:
    return parted(match, f"{'지하 ' if match[1] else ''}{sino(int(match[2]))} 층")


def _basement(match: re.Match[str]) -> str:
    return f"비 {sino(int(match[1]))} 층"


RULES = (
    Rule("floor", re.compile(r"(B?)([1-9][0-9]?)F(?![A-Za-z0-9])"), _floor, needs="A"),
    Rule("basement", re.compile(r"[Bb]([1-9][0-9]?)\s?층"), _basement, needs="A"),
    Rule("english ordinal", re.compile(r"([1-9][0-9]?)(?i:st|nd|rd|th)(?![A-Za-z0-9])"), _ordinal, needs="A"),
    Rule(
        "ranked",
        re.compile(r"(?i)(top|best|big|no\.?)\s?([1-9]|10)(?![0-9A-Za-z]|[.,][0-9]|\s?[%개명])"),
        _ranked,
        spaced=False,
        needs="A",
    ),
    Rule("quarter", re.compile(r"([1-4])Q(?![A-Za-z0-9])"), _quarter, needs="A"),
    Rule("countdown", re.compile(r"[Dd]([-+])([0-9]{1,4})(?![0-9A-Za-z])"), _countdown, needs="A"),
    Rule("number and letters", re.compile(r"([0-9]{1,3})([A-Za-z]{1,3})(?![A-Za-z0-9])"), _number_first, needs="A"),
    Rule(
        "letters and number",
        re.compile(r"[A-Za-z]+-?[0-9]{1,8}(?:[A-Za-z]+[0-9]{0,8})*(?![.,]?[0-9])"),
        _alphanumeric,
        False,
        needs="A",
    ),
    Rule(
        "abbreviation",
        re.compile(r"(?i)(no|ver|vol|vs|dr|mr|mrs|ms|tel|fax)\.(?=\s?[0-9A-Za-z가-힣])"),
        _abbreviated,
        False,
        needs="A",
    ),
    Rule("dotted letters", re.compile(r"(?:[A-Za-z]\.){2,}[A-Za-z]?(?![A-Za-z])"), _dotted, False, needs="A"),
    Rule(
        "letters",
        re.compile(r"(?i:(?:LG)?U\+|(?:A/S|Wi-Fi)(?![A-Z])|C\+\+|C#)"),
        lambda match: WORDS[match.group().upper()],
        False,
        needs="A",
    ),
    Rule("letters", re.compile(r"[A-Z]/[A-Z](?![A-Za-z/])"), _slashed, False, needs="A"),
    Rule("letters", re.compile(r"([A-Za-z]+)(\+{1,2})(?![A-Za-z0-9])"), _plus, False, needs="A"),
    Rule("letters", re.compile(r"[A-Za-z]+(?:['&-][A-Za-z]+)*"), _word, False, needs="A"),
)
