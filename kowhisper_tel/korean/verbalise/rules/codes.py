"""Digit strings: phone, account, card and order numbers, codes, short codes; read digit by digit."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.counters import COUNTER
from kowhisper_tel.korean.verbalise.numbers import digits, sino
from kowhisper_tel.korean.verbalise.rule import JOSA, Rule, after, before, parted, words
from kowhisper_tel.korean.verbalise.rules.latin import LETTERS

SHORT_CODES = frozenset(
    words("""
100 101 105 106 107 110 111 112 113 114 116 117 118 119 120 121 122 123 125 126 127 128 129 131 132 182
188 1330 1331 1332 1333 1336 1337 1338 1357 1379 1381 1391 1393 1397 1398 1399 1544 1566 1522 1533 1551 1660 1668 1899
1339 1345 1350 1355 1366 1372 1382 1385 1388 1390 1577 1588 1599 1600 1644 1661 1666 1670 1688 1800 1833
1855 1899
""")
)
"""Emergency, information and service numbers of Korea that are dialled as they are."""

_DIALLED = re.compile(
    r"^(?:번?(?:으로|에|에다)?\s?(?:신고|전화|연락|문의|물어|걸)|\s?(?:다산|콜센터|구급|안내|상담|구조|긴급|대리|퀵|택배|꽃배달|이사)|로\s|"
    rf"(?!\s?{COUNTER}(?![가-힣]))\s?[가-힣 ]{{0,12}}"
    r"(?:콜센터|센터|신고|전화|안내|상담원?|민원|공단|공사|감독원|위원회|경찰|일기예보))"
)
_EMERGENCY = re.compile(r"^(?:[가를은는도]|\s?(?:구급|소방|대원|상황실|경찰|종합|불러|부[르를]|출동|불))")
_AREA_LESS = re.compile(r"국번\s?없이\s?(?:1[0-9]{2,3}\s?(?:[/,·]|이?나|또는)\s?)*$")
_CUE = re.compile(
    r"(?:번호|코드|앞자리|뒷자리|자리|내선|사번|학번|군번|비번|비밀번|암호|끝번|뒷번|국번|송장|계좌|시리얼|넘버|모델명?|품번|기종|생년월일|핀|"
    r"(?i:OTP|PIN|ID|No\.?))(?:는|은|가|이|를|을|로|에)?\s?[:：]?\s?[\[(<'\"#]?$"
)
_STREET = re.compile(r"(?:[가-힣0-9](?:동|리|로|길|가|읍|면)|산)\s?$")
_EXPIRY = re.compile(r"(?:유효기간|만료일?|유효 기간)[은는이가]?\s?:?\s?$")
_ADDRESS = re.compile(r"^\s?(?:번지|호(?![가-힣]|선))")


def _groups(match: re.Match[str]) -> str | None:
    """Three groups, or two as in a phone number; ``123-45번지`` and ``10-20`` are something else."""
    if _ADDRESS.match(after(match)):
        return None
    said = " ".join(digits(group) for group in re.split(r"[-. ]+", match.group()))
    return f"{said} " if after(match, 1) == "번" else said


def _lot(match: re.Match[str]) -> str:
    return f"{sino(int(match[1]))} 다시 {sino(int(match[2]))} 번지"


def _digits(match: re.Match[str]) -> str:
    return parted(match, digits(match.group()))


def _mobile(match: re.Match[str]) -> str:
    return " ".join(digits(group) for group in match.groups())


def _short_code(match: re.Match[str]) -> str | None:
    number, behind = match.group(), after(match, 24)
    dialled = _DIALLED.match(behind) or (number in ("112", "119") and _EMERGENCY.match(behind))
    if number in SHORT_CODES and (dialled or _AREA_LESS.search(before(match))):
        return f"{digits(number)} " if behind.startswith("번") else digits(number)
    return None


def _cued(match: re.Match[str]) -> str | None:
    return _groups(match) if _CUE.search(before(match)) else None


def _masked(match: re.Match[str]) -> str:
    """What is not hidden, digit by digit."""
    return " ".join(filter(None, map(digits, match.group().split("-"))))


def _international(match: re.Match[str]) -> str:
    return "플러스 " + " ".join(digits(group) for group in re.findall(r"[0-9]+", match.group()))


def _area(match: re.Match[str]) -> str:
    return parted(match, " ".join(digits(group) for group in re.findall(r"[0-9]+", match.group())))


def _numbered(match: re.Match[str]) -> str | None:
    """Lot and building numbers behind the name of a street, village or area: 칠백삼십육 다시 일."""
    if not _STREET.search(before(match)):
        return None
    return f"{sino(int(match[1]))} 다시 {sino(int(match[2]))}"


def _street(match: re.Match[str]) -> str:
    return f"{sino(int(match[1]))}가"


def _lane(match: re.Match[str]) -> str:
    return f"{sino(int(match[1]))}{match[2]} 길"


def _expiry(match: re.Match[str]) -> str | None:
    return f"{digits(match[1])} {digits(match[2])}" if _EXPIRY.search(before(match)) else None


def _lettered(match: re.Match[str]) -> str | None:
    """A code of letters and figures, each by its name, behind what says that it is one."""
    code = match.group()
    if not _CUE.search(before(match)) or code.isdigit() or not any(sign.isdigit() for sign in code):
        return None
    return " ".join(_by_name(part) for part in code.split("-") if part)


def _by_name(code: str) -> str:
    return "".join(digits(sign) if sign.isdigit() else LETTERS[sign.upper()] for sign in code)


def _plate(match: re.Match[str]) -> str:
    return parted(match, f"{sino(int(match[1]))} {match[2]} {digits(match[3])}")


_GENERATIONS = r"(?=\s?(?:세대|가수|콘서트|음악|직장인|여성|남성|청년|학번))"
_END = r"(?![0-9]|[-.][0-9])"
_NO_COUNT = r"(?!\s?[원명개건]|[년월분초%])"
_COUNTED = "(?:[년월원명개건초분%]|시간)"
_STAR = "[*●○]"
RULES = (
    Rule(
        "masked number",
        re.compile(rf"[0-9]{{2,6}}(?=[0-9-]{{0,20}}{_STAR}{{2}})(?:-?[0-9]*{_STAR}+[0-9]*|-[0-9]+)+"),
        _masked,
        needs="*●○",
    ),
    Rule(
        "rest of a masked number",
        re.compile(rf"(?<={_STAR}{{2}})[0-9]{{2,7}}|(?<={_STAR}{{2}}-)[0-9]{{2,7}}"),
        _masked,
        needs="*●○",
    ),
    Rule(
        "international phone",
        re.compile(r"\+\s?[0-9]{1,3}(?:[-\s.()]{1,3}[0-9]{1,4}){2,4}(?![0-9])"),
        _international,
        needs="+",
    ),
    Rule("area code", re.compile(r"\(?0[0-9]{1,2}\)\s?[0-9]{3,4}[-.\s]?[0-9]{4}(?![0-9])"), _area, needs=")"),
    Rule("expiry", re.compile(r"(0[1-9]|1[0-2])/([0-9]{2})(?![0-9/])"), _expiry, needs="/"),
    Rule(
        "number plate",
        re.compile(
            r"([0-9]{2,3})([가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호국합육해공])\s?([0-9]{4})"
            rf"(?=$|[^0-9가-힣,]|{JOSA}(?!\s?[0-9]))"
        ),
        _plate,
    ),
    Rule(
        "lettered code",
        re.compile(r"(?=[A-Za-z0-9-]{2,40}(?![A-Za-z0-9-]))[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![A-Za-z0-9])"),
        _lettered,
        needs="A",
    ),
    Rule("street", re.compile(r"([0-9]{1,3})([가나다라마바사아자])길"), _lane, needs="길"),
    Rule("street", re.compile(r"(?<=[로동])([1-9])가(?=역|$|[^가-힣]|에)"), _street, spaced=False, needs="가"),
    Rule("lot number", re.compile(r"([0-9]{1,4})-([0-9]{1,4})\s?번지"), _lot, needs="-"),
    Rule("lot number", re.compile(r"([0-9]{1,4})-([0-9]{1,4})(?![-.,]?[0-9]|\s?층)"), _numbered, needs="-"),
    Rule("mobile", re.compile(rf"(01[016789])-?([0-9]{{3,4}})([0-9]{{4}}){_END}"), _mobile),
    Rule(
        "digit groups",
        re.compile(
            rf"(?:[0-9]{{2,6}}(?:-[0-9]{{1,7}}){{2,4}}|[0-9]{{2,8}}-[0-9]{{5,9}}|[0-9]{{5,9}}-[0-9]{{1,9}}){_END}"
        ),
        _groups,
        needs="-",
    ),
    Rule(
        "phone",
        re.compile(
            rf"(?:0[0-9]{{2,5}}-[0-9]{{2,8}}|0[0-9]{{1,2}}\.[0-9]{{3,4}}\.[0-9]{{4}}|[0-9]{{3,4}}-[0-9]{{4}}|[0-9]{{6}}-[0-9]{{7}}){_END}"
        ),
        _groups,
        needs="-.",
    ),
    Rule(
        "spaced phone",
        re.compile(
            rf"(?:01[016789]|02|0[3-6][1-5]|0[78]0|050[0-9]?)(?: - |[ -])[0-9]{{3,4}}(?: - |[ -])[0-9]{{4}}{_END}"
        ),
        _groups,
    ),
    Rule(
        "spaced service number", re.compile(rf"1(?:5[2-9]|[68][0-9])[0-9](?: - | )[0-9]{{4}}{_END}{_NO_COUNT}"), _groups
    ),
    Rule("spaced card", re.compile(rf"[0-9]{{4}}(?: [0-9]{{4}}){{3}}{_END}"), _groups),
    Rule("generation", re.compile(rf"(?:[1-9]0[1-9]0|[3-9]86){_GENERATIONS}|88(?=\s?올림픽)"), _digits),
    Rule("service number", re.compile(rf"(1[568][0-9]{{2}})([0-9]{{4}}){_END}(?!\s?[원명개])"), _mobile),
    Rule("short code", re.compile(rf"1[0-9]{{2,3}}{_END}"), _short_code),
    Rule(
        "code",
        re.compile(rf"[0-9]{{3,}}(?:-[0-9]+| [0-9]{{3,}}(?![0-9]|{_COUNTED}))*(?![0-9]|[-.,][0-9]|{_COUNTED})"),
        _cued,
    ),
)
