"""Digit strings: phone, account, card and order numbers, codes, short codes; read digit by digit."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import digits, sino
from kowhisper_tel.korean.verbalise.rule import Rule, after, before, words

SHORT_CODES = frozenset(
    words("""
100 101 105 106 107 110 111 112 113 114 116 117 118 119 120 121 122 123 125 126 127 128 129 131 132 182
1339 1345 1350 1355 1366 1372 1382 1385 1388 1390 1577 1588 1599 1600 1644 1661 1666 1670 1688 1800 1833
1855 1899
""")
)
"""Emergency, information and service numbers of Korea that are dialled as they are."""

_DIALLED = re.compile(
    r"^(?:번?(?:으로|에|에다)?\s?(?:신고|전화|연락|문의)|\s?(?:다산|콜센터|구급|안내|상담|구조|긴급)|로\s)"
)
_AREA_LESS = re.compile(r"국번\s?없이\s?(?:1[0-9]{2,3}\s?(?:[/,·]|이?나|또는)\s?)*$")
_CUE = re.compile(
    r"(?:번호|코드|앞자리|뒷자리|자리|내선|사번|생년월일|핀|(?i:OTP|PIN))(?:는|은|가|이|를|을|로)?\s?:?\s?$"
)
_ADDRESS = re.compile(r"^\s?번지")


def _groups(match: re.Match[str]) -> str | None:
    """Three groups, or two as in a phone number; ``123-45번지`` and ``10-20`` are something else."""
    if _ADDRESS.match(after(match)):
        return None
    said = " ".join(digits(group) for group in re.split(r"[-. ]+", match.group()))
    return f"{said} " if after(match, 1) == "번" else said


def _lot(match: re.Match[str]) -> str:
    return f"{sino(int(match[1]))} 다시 {sino(int(match[2]))} 번지"


def _mobile(match: re.Match[str]) -> str:
    return " ".join(digits(group) for group in match.groups())


def _short_code(match: re.Match[str]) -> str | None:
    if match.group() in SHORT_CODES and (_DIALLED.match(after(match)) or _AREA_LESS.search(before(match))):
        return digits(match.group())
    return None


def _cued(match: re.Match[str]) -> str | None:
    return _groups(match) if _CUE.search(before(match)) else None


def _masked(match: re.Match[str]) -> str:
    """What is not hidden, digit by digit."""
    return " ".join(filter(None, map(digits, match.group().split("-"))))


def _plate(match: re.Match[str]) -> str:
    return f"{sino(int(match[1]))} {match[2]} {digits(match[3])}"


_END = r"(?![0-9]|[-.][0-9])"
_NO_COUNT = r"(?!\s?[원명개건]|[년월분초%])"
_COUNTED = "(?:[년월원명개건초분%]|시간)"
_STAR = "[*●○]"
RULES = (
    Rule(
        "masked number",
        re.compile(rf"[0-9]{{2,6}}(?=[0-9-]{{0,20}}{_STAR}{{2}})(?:-?[0-9]*{_STAR}+[0-9]*|-[0-9]+)+"),
        _masked,
    ),
    Rule(
        "rest of a masked number", re.compile(rf"(?<={_STAR}{{2}})[0-9]{{2,7}}|(?<={_STAR}{{2}}-)[0-9]{{2,7}}"), _masked
    ),
    Rule("lot number", re.compile(r"([0-9]{1,4})-([0-9]{1,4})\s?번지"), _lot),
    Rule("digit groups", re.compile(rf"[0-9]{{2,6}}(?:-[0-9]{{1,7}}){{2,4}}{_END}"), _groups),
    Rule(
        "phone",
        re.compile(rf"(?:0[0-9]{{1,2}}\.[0-9]{{3,4}}\.[0-9]{{4}}|[0-9]{{3,4}}-[0-9]{{4}}|[0-9]{{6}}-[0-9]{{7}}){_END}"),
        _groups,
    ),
    Rule(
        "spaced phone",
        re.compile(
            rf"(?:01[016789]|02|0[3-6][1-5]|0[78]0|050[0-9]?)(?: - |[ -])[0-9]{{3,4}}(?: - |[ -])[0-9]{{4}}{_END}"
        ),
        _groups,
    ),
    Rule("spaced service number", re.compile(rf"1(?:5[2-9]|[68][0-9])[0-9] [0-9]{{4}}{_END}{_NO_COUNT}"), _groups),
    Rule("spaced card", re.compile(rf"[0-9]{{4}}(?: [0-9]{{4}}){{3}}{_END}"), _groups),
    Rule("mobile", re.compile(rf"(01[016789])([0-9]{{3,4}})([0-9]{{4}}){_END}"), _mobile),
    Rule("service number", re.compile(rf"(1[568][0-9]{{2}})([0-9]{{4}}){_END}(?!\s?[원명개])"), _mobile),
    Rule("short code", re.compile(rf"1[0-9]{{2,3}}{_END}"), _short_code),
    Rule(
        "code",
        re.compile(rf"[0-9]{{3,}}(?:-[0-9]+| [0-9]{{3,}}(?![0-9]|{_COUNTED}))*(?![0-9]|[-.,][0-9]|{_COUNTED})"),
        _cued,
    ),
    Rule("number plate", re.compile(r"([0-9]{2,3})([가-힣])\s?([0-9]{4})(?![0-9가-힣,])"), _plate),
)
