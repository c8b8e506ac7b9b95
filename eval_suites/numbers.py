"""Number strings of a reference: phone numbers, amounts of money, dates, and codes.

They are looked for in the scoring form, where a number is in words however it was written (010-1234-5678 and 공일공
일이삼사 오육칠팔 are the same there), so that written and spoken references give the same ones:

- ``amount``: a Sino-Korean numeral before a currency: 이만 삼천 원. Won need 십, 백, 천, 만 … (이 원 is no price).
- ``date``: a month, with the year before it or the day behind it where they stand; or a year of four digits alone.
- ``phone``, ``code``: digits said one by one. A phone number is what is dialled in Korea (area and mobile prefixes,
  15xx to 18xx with four more, short codes such as 일일구), or stands behind 전화번호, 연락처 and the like; a code is
  anything else of four digits or more, of three behind a word such as 번호. Behind 계좌번호, 카드번호 … all are codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kowhisper_tel.korean.jamo import coda
from kowhisper_tel.korean.josa import is_josa
from kowhisper_tel.korean.verbalise.rules.codes import SHORT_CODES

Kind = Literal["phone", "amount", "date", "code"]
KINDS: tuple[Kind, ...] = ("phone", "amount", "date", "code")

_VALUES = {character: value for value, character in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}
_POWERS = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12, "경": 10**16}
_D = "[공영일이삼사오육륙칠팔구]"
_N = "[공영일이삼사오육륙칠팔구십백천만억조]"
_SINO = rf"{_N}+(?: {_N}+)*"
_MONTH = "(?:십일|십이|[일이삼사오육유칠팔구시십])"

_MONEY = re.compile(rf"{_N} ?(?:원|달러|엔|유로|위안|파운드)")
_SOME_DIGITS = re.compile(rf"{_D}{{3}}|{_D}(?:[에의]? | 다시 ){_D}")
_AMOUNT = re.compile(
    rf"(?<![가-힣]){_SINO}(?: 점 {_D}+(?: [만억조])?)?"
    r" ?(?P<unit>원(?![칙래장형료본])|달러|엔(?![진딩터])|유로|위안|파운드)"
)
_DATE = re.compile(
    rf"(?<![가-힣])(?:(?P<year>{_SINO}) ?년(?:도)? ?)?(?P<month>{_MONTH})월(?P<about>달|경|쯤)?"
    rf"(?: ?(?P<day>[일이삼사오육칠팔구십]{{1,3}}) ?일)?(?P<tail>[가-힣]*)"
)
_IN_FEBRUARY = re.compile("에|엔|부터|까지|생|말|초|중")
"""What shows 이월 to be the month; it is also what is carried over (이월 상품)."""
_YEAR = re.compile(rf"(?<![가-힣])(?P<year>{_SINO}) ?년(?! ?[간째동])")
_DIGITS = re.compile(rf"(?<![가-힣]){_D}+(?:(?:[에의] | 다시 | ){_D}+)*")
_GROUP = re.compile(rf"{_D}+")

_DIALLED = re.compile(
    r"01[016789][0-9]{7,8}|02[0-9]{7,8}|0[3-6][1-5][0-9]{7,8}|0[78]0[0-9]{7,8}|050[0-9]{8,9}|1[568][0-9]{6}"
)
_NUMBER_OF = r"(?: ?번호)?(?:[은는이가을를도]|로는)?(?: [가-힣]{1,2})?"
_PHONE_CUE = re.compile(rf"(?:전화|연락처|휴대폰|핸드폰|팩스|콜백|직통|대표|센터){_NUMBER_OF} $")
_CODE_CUE = re.compile(
    r"(?:계좌|카드|주문|접수|인증|비밀|주민|등록|사업자|우편|고객|회원|예약|송장|운송장|증권|승인|일련|차량|관리|상품|보안|여권|면허"
    rf"|코드|생년월일|내선|사번|앞자리|뒷자리|핀|오티피){_NUMBER_OF} $"
)
_CUE = re.compile(rf"(?:번호|자리|숫자){_NUMBER_OF} $")
_SHORT_BEHIND = re.compile(r"(?:에|로|번|으로| 국번| 다산| 콜센터| 구급| 신고| 상담| 안내)")
_AREA_LESS = re.compile(r"국번 ?없이 $")
LONGEST_PHONE = 40
"""Syllables and spaces of a phone number at most, so that a hundred digits are soon looked through."""
_ALSO_WORDS = frozenset("이일사오구")
"""Digits that are everyday words, too."""
_BEHIND_I = ("요", "고", "며", "라", "면", "지", "니", "었", "에요")
"""What the copula goes on with behind its 이."""


@dataclass(frozen=True)
class Number:
    """``syllables[start:end]`` of the text without spaces; ``value`` is equal for all ways of saying the same."""

    kind: Kind
    start: int
    end: int
    value: str


def find(text: str) -> tuple[Number, ...]:
    """The number strings of a text in the scoring form, in order.

    >>> [(n.kind, n.value) for n in find("유월 삼 일에 만 오천 원을 공이 일이삼 사오육칠로")]
    [('date', '-6-3'), ('amount', '15000원'), ('phone', '021234567')]
    """
    taken: list[tuple[int, int]] = []
    found: list[Number] = []
    for kind, start, end in (*_amounts(text), *_dates(text), *_years(text), *_spelled(text)):
        if all(end <= first or last <= start for first, last in taken):
            taken.append((start, end))
            first = start - text.count(" ", 0, start)
            said = text[start:end].replace(" ", "")
            found.append(Number(kind, first, first + len(said), value(kind, said)))
    return tuple(sorted(found, key=lambda number: number.start))


def value(kind: Kind, said: str) -> str:
    """What a number string without spaces means; what can't be read stands for itself.

    >>> value("amount", "일만오천원") == value("amount", "만오천원"), value("phone", "영일영에일이삼사오육칠팔")
    (True, '01012345678')
    """
    if kind in ("phone", "code"):
        digits = [character for character in said if character not in "에의"]
        return "".join(str(_VALUES[d]) if d in _VALUES else d for d in "".join(digits).replace("다시", ""))
    if kind == "amount":
        found = re.fullmatch(rf"({_N}+)((?:점{_D}+[만억조]?)?)(\D+)", said)
        whole = found and _read(found[1])
        return said if not found or whole is None else f"{whole}{found[2]}{found[3]}"
    return _date_value(said)


def _date_value(said: str) -> str:
    found = re.fullmatch(rf"(?:({_N}+)년도?)?(?:({_MONTH})월(?:달|경|쯤)?(?:({_N}+)일)?)?", said)
    if not found or not said:
        return said
    month = {"유": "육", "시": "십"}.get(found[2], found[2])
    parts = [None if part is None else _read(part) for part in (found[1], month, found[3])]
    return "-".join("" if part is None else str(part) for part in parts)


def _read(words: str) -> int | None:
    """A Sino-Korean numeral, or digits said one by one, as a number; ``None`` for neither."""
    if all(word in _VALUES for word in words):
        return int("".join(str(_VALUES[word]) for word in words))
    total = below = 0
    digit: int | None = None
    for word in words:
        if word in _VALUES:
            if digit is not None:
                return None
            digit = _VALUES[word]
        elif _POWERS[word] < 10**4:
            below += (1 if digit is None else digit) * _POWERS[word]
            digit = None
        else:
            total += ((below + (digit or 0)) or 1) * _POWERS[word]
            below, digit = 0, None
    return total + below + (digit or 0)


Found = tuple[Kind, int, int]


def _amounts(text: str) -> Iterator[Found]:
    for match in _AMOUNT.finditer(text) if _MONEY.search(text) else ():
        if match["unit"] != "원" or set(match.group()) & set("십백천만억조"):
            yield "amount", match.start(), match.end()


def _dates(text: str) -> Iterator[Found]:
    for match in _DATE.finditer(text) if "월" in text else ():
        noun = match.group()[: match.start("tail") - match.start()]
        ended = (
            bool(match["day"]) or not match["tail"] or is_josa(noun, match["tail"]) or match["tail"][0] in "생분말초호"
        )
        sure = (
            match["month"] != "이"
            or match["year"]
            or match["about"]
            or match["day"]
            or _IN_FEBRUARY.match(match["tail"])
        )
        if ended and sure:
            yield "date", match.start(), match.start("tail")


def _years(text: str) -> Iterator[Found]:
    for match in _YEAR.finditer(text) if "년" in text else ():
        year = _read(match["year"].replace(" ", ""))
        if year is not None and 1900 <= year < 2100:
            yield "date", match.start(), match.end()


def _spelled(text: str) -> Iterator[Found]:
    for match in _DIGITS.finditer(text) if _SOME_DIGITS.search(text) else ():
        before = text[max(0, match.start() - 16) : match.start()]
        if before.endswith("점 "):
            continue  # behind the point of a decimal
        groups = [group.span() for group in _GROUP.finditer(text, match.start(), match.end())]
        ends = _ends(text, groups)
        found = _phone(text, groups, ends, before) or _code(text, groups, ends, before)
        if found:
            yield found


def _ends(text: str, groups: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places where a number may end, with the group they lie in, the likeliest first: what follows is none or josa."""
    ends: list[tuple[int, int]] = []
    for number, (start, end) in reversed(list(enumerate(groups))):
        word_end = text.find(" ", end)
        tail = text[end : word_end if word_end >= 0 else len(text)]
        cuts = [end, end - 1] if end - start > 1 else [end]
        if text[end - 1] == "이" and tail.startswith(_BEHIND_I) and coda(text[start : end - 1]):
            cuts.reverse()  # 팔이요, 칠이고요: the copula's own 이
        ends += [
            (number, cut) for cut in cuts
            if cut == end + len(tail) or text[cut] in "번호" or is_josa("", text[cut:end] + tail)  # 3로 is written, too
        ]  # fmt: skip
    return ends


def _phone(text: str, groups: list[tuple[int, int]], ends: list[tuple[int, int]], before: str) -> Found | None:
    cued = bool(_PHONE_CUE.search(before))
    if _CODE_CUE.search(before) and not cued:
        return None
    for first, (start, _) in enumerate(groups):
        for number, end in ends:
            if number < first or end - start > LONGEST_PHONE:
                continue
            digits = value("phone", text[start:end].replace(" ", ""))
            if _DIALLED.fullmatch(digits) or (cued and 7 <= len(digits) <= 12):
                return "phone", start, end
    start, end = groups[0][0], ends[0][1] if ends else groups[0][0]
    return ("phone", start, end) if len(groups) == 1 and _is_short_code(text, start, end) else None


def _is_short_code(text: str, start: int, end: int) -> bool:
    """일일이 and 일이구(나) are also words, so that something about dialling has to stand with them."""
    if value("phone", text[start:end]) not in SHORT_CODES:
        return False
    also_words = re.fullmatch("일이[이사오구]|일일이", text[start:end])
    return not also_words or bool(_SHORT_BEHIND.match(text, end) or _AREA_LESS.search(text[:start]))


def _code(text: str, groups: list[tuple[int, int]], ends: list[tuple[int, int]], before: str) -> Found | None:
    cued = any(cue.search(before) for cue in (_CODE_CUE, _PHONE_CUE, _CUE))
    longest = max(end - start for start, end in groups)
    while longest > 1 and len(groups) > 1 and text[slice(*groups[-1])] in _ALSO_WORDS:
        groups = groups[:-1]  # 이 is more likely a word of its own (this) behind groups of several digits
    for number, end in ends:
        if number >= len(groups):
            continue
        start = groups[0][0]
        digits = value("code", text[start:end].replace(" ", ""))
        if len(digits) >= 4 or (cued and len(digits) == 3):
            clear = longest >= 3 and bool(set(text[start:end]) - (_ALSO_WORDS | set(" 에의다시")))
            if cued or clear or (longest == 1 and bool(set(text[start:end]) & set("공영삼육륙칠팔"))):
                return "code", start, end
    return None
