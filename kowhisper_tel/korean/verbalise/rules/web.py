"""Web and mail addresses: 에이비씨 골뱅이 네이버 닷컴."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.english import ENGLISH
from kowhisper_tel.korean.verbalise.numbers import digits
from kowhisper_tel.korean.verbalise.rule import Rule, parted
from kowhisper_tel.korean.verbalise.rules.latin import WORDS, say, spell

_HOST = r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,6}(?![A-Za-z0-9])"


def _address(match: re.Match[str]) -> str:
    """A web or mail address: its words, 골뱅이, 닷컴, 점, 슬래시."""
    return parted(match, " ".join(_address_part(part) for part in _ADDRESS_PART.findall(match.group()) if part))


_ADDRESS_PART = re.compile(r"https?://|\.com(?![A-Za-z])|[A-Za-z]+|[0-9]+|[-_@./:?=&%~+#]")
_ADDRESS_SIGNS = {
    "@": "골뱅이",
    ".": "점",
    ".com": "닷컴",
    "/": "슬래시",
    "-": "하이픈",
    "_": "언더바",
    ":": "콜론",
    "?": "물음표",
    "=": "는",
    "&": "앤드",
    "%": "퍼센트",
    "~": "물결",
    "+": "플러스",
    "#": "샵",
}


def _address_part(part: str) -> str:
    if part.isdigit():
        return digits(part)
    if part.endswith("://"):
        return "에이치티티피에스 콜론 슬래시 슬래시" if part[4] == "s" else "에이치티티피 콜론 슬래시 슬래시"
    if part.lower() in _ADDRESS_SIGNS:
        return _ADDRESS_SIGNS[part.lower()]
    word = part.lower()
    return spell(word) if len(word) < 5 and word not in ENGLISH and word.upper() not in WORDS else say(word)


_MAIL = rf"[A-Za-z0-9._+-]{{1,64}}@{_HOST}"
_LINK = r"https?://[-A-Za-z0-9._~:/?#@&=+%]{0,300}[A-Za-z0-9/]"
_ENDINGS = "com|net|org|kr|io|go|tv|me|biz|info|shop"
_SITE = (
    rf"(?:www\.{_HOST}|[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{0,8}}\.(?:{_ENDINGS})(?![A-Za-z0-9.]))"
    r"(?:/[-A-Za-z0-9._~/?=&%]{0,200}[A-Za-z0-9/])?"
)
RULES = (Rule("address", re.compile(f"{_MAIL}|{_LINK}|{_SITE}"), _address, needs="@.:"),)
