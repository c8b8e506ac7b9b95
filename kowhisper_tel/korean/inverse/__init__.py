"""Spoken Korean to written, for readable transcripts: 오후 세 시 삼십 분 → 오후 3시 30분, 공일공 … → 010-….

Only where numeral and context leave no doubt: phone and card numbers, codes behind 번호, dates, times, percent, money,
counters. A numeral begins a word and its counter ends one, endings apart; single syllables that are words too (이 분,
그 일, 한 번, 오 원) stay, so do pairs (한두 개), ordinals (첫 번째) and bare numbers. No word is touched.

Amounts are written by ten thousands as spelling rule 44 has it (3만 5천 원, 1억 2,500만 원), a unit behind a figure is
joined (rule 43: 21살, 2024년 12월 25일). ``verbalise`` reads the result back to what was said, if it was said its way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kowhisper_tel.korean.inverse.numerals import (
    DIGIT,
    FIGURE,
    FOUR,
    LARGE,
    NATIVE,
    NATIVES,
    amount,
    counted,
    figures,
    value,
)
from kowhisper_tel.korean.verbalise.rule import words


@dataclass(frozen=True)
class Rule:
    """One way of writing: ``write`` gets what ``pattern`` found and returns it written, or as it was."""

    name: str
    pattern: re.Pattern[str]
    write: Callable[[re.Match[str]], str]


def itn(text: str) -> str:
    """Inverse text normalisation of a spoken text; idempotent, and text without numerals returns unchanged.

    >>> itn("공일공 일이삼사 오육칠팔로 삼만 오천 원, 천천히")
    '010-1234-5678로 3만 5천 원, 천천히'
    """
    for rule in RULES:
        text = rule.pattern.sub(rule.write, text)
    return text


_FRONT = r"(?<![가-힣0-9A-Za-z.,~-])"
_JOSA = (
    r"(?:은|는|이|가|을|를|에|의|로|으로|와|과|도|만|요|예요|이에요|입|이나|이고|이며|인데|인가|인지|이다|이라|라|라서|라고|랑|이랑|하고|까지|"
    r"부터|보다|처럼|마다|밖|쯤|씩|정도|째|뿐|든|나|였|이었|짜리|이상|이하|이내|미만|전|후|간|동안|어치|대|권|네요|이네|이죠|죠|당)"
)
_BACK = rf"(?=$|[^가-힣0-9]|{_JOSA})"
_NUMBER_BACK = rf"(?=$|[^가-힣0-9]|{_JOSA}|번)"
_MANY = rf"(?!{DIGIT}(?![십백천])|[십백천](?![일이삼사오육칠팔구십백])){FOUR}"
"""A numeral of two syllables and more."""


def _phone(match: re.Match[str]) -> str:
    return "-".join(figures(group) for group in match.groups())


def _code(match: re.Match[str]) -> str:
    return match[1] + "-".join(figures(group) for group in match[2].split())


def _short(match: re.Match[str]) -> str:
    return figures(match[1])


_MONTHS = {"유": 6, "시": 10} | {
    word: place for place, word in enumerate(words("일 이 삼 사 오 육 칠 팔 구 십 십일 십이"), 1)
}
_MONTH = r"(?:십[일이]|[일이삼사오유육칠팔구시십])"
_DAY = r"(?:(?:이?십[일이삼사오육칠팔구]?|삼십일?)|[일이삼사오육칠팔구])"


def _year(match: re.Match[str]) -> str:
    return f"{value(match[1])}년"


def _month_day(match: re.Match[str]) -> str:
    return f"{_MONTHS[match[1]]}월 {value(match[2])}일"


def _month(match: re.Match[str]) -> str:
    return f"{_MONTHS[match[1]]}월"


def _day(match: re.Match[str]) -> str:
    return f"{value(match[1])}일"


def _time(match: re.Match[str]) -> str:
    hour = NATIVES[match["native"]] if match["native"] else value(match["sino"])
    if not (1 <= hour <= 12 if match["native"] else 13 <= hour <= 24):
        return match.group()
    minute = f" {value(match['minute'])}분" if match["minute"] else ""
    second = f" {value(match['second'])}초" if match["second"] else ""
    return f"{hour}시{minute}{second}"


def _duration(match: re.Match[str]) -> str:
    return f"{value(match[1])}{match[2]}"


def _percent(match: re.Match[str]) -> str:
    unit = {"퍼센트": "%", "퍼센트포인트": "%p"}.get(match["unit"], match["unit"])
    whole = 0 if match["whole"] == "영" else value(match["whole"])
    if unit == "프로" and not match["part"] and len(match["whole"]) == 1:
        return match.group()
    return f"{whole}{'.' + figures(match['part']) if match['part'] else ''}{unit}"


def _sino(match: re.Match[str]) -> str:
    return counted(value(match[1]), match[2])


def _native(match: re.Match[str]) -> str:
    if match[1] == "네" and match[2] == "시간" and _TIME_ASKED.match(match.string, match.end()):
        return match.group()
    if match[1] in ("한", "열") and _DONE.search(match.string, 0, match.start()):
        return match.group()
    return f"{NATIVES[match[1]]}{match[2]}"


def _hundreds(match: re.Match[str]) -> str:
    return f"{amount(value(match[1]) + NATIVES[match[2]])}{match[3]}"


_TIME_ASKED = re.compile(r"이?\s(?:되|돼|있|없|괜찮|내)")
"""Behind 네 시간: yes, and whether there is time."""
_DONE = re.compile(r"(?:[을를도안못잘]|문|가게|매장)\s$")
"""Before 한 or 열, which is then a verb: 통화를 한 시간, 문을 열 시간."""

_THINGS = "|".join(
    words("개 명 살 마리 병 잔 권 장 대 켤레 그루 송이 자루 봉지 상자 박스 팩 세트 캔 포기 알 통 벌 시간 건")
)
_ONE = "|".join(words("개 명 살 마리 병 잔 권 시간 켤레 그루 송이 상자 박스"))
"""What 한 may count: before the others it is as often a verb (말을 한 건, 선 채로)."""
_RANKED = "|".join(
    words(
        "명 개 건 장 마리 권 대 병 호 층 세 점 위 회 쪽 평 개월 주 시간 인분 포인트 킬로그램 킬로미터 미터 센티미터 "
        "그램 기가바이트"
    )
)
_NOT_NAME = r"(?!의\s?(?:로|변경|를|가|이전|도용|자))"
"""명의 (name) is no 명 with 의."""
_CODE_THEN_I = (
    rf"(?:{FIGURE}{{4}}|{FIGURE}{{6}}|{FIGURE}{{8}})(?<=[공영일삼육칠팔])(?=이(?:요|에요|고|며|면|라|지|네|었))"
)
"""A code of a usual length that the copula's 이 follows, which a consonant asks for: 사팔이구일칠이요."""
_GAP = r"(?:\s|에\s?|\s?다시\s)"
_PREFIX = (
    "(?:[공영]일[공영일육칠팔구]|[공영]이|[공영][삼사오육][일이삼사오]|[공영][칠팔][공영]|[공영]오[공영]"
    + FIGURE
    + "?)"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "card",
        re.compile(rf"{_FRONT}({FIGURE}{{4}})\s({FIGURE}{{4}})\s({FIGURE}{{4}})\s({FIGURE}{{4}}){_NUMBER_BACK}"),
        _phone,
    ),
    Rule(
        "phone", re.compile(rf"{_FRONT}({_PREFIX}){_GAP}({FIGURE}{{3,4}}){_GAP}({FIGURE}{{4}}){_NUMBER_BACK}"), _phone
    ),
    Rule("phone", re.compile(rf"{_FRONT}([공영]일[공영])\s?({FIGURE}{{4}})\s?({FIGURE}{{4}}){_NUMBER_BACK}"), _phone),
    Rule("phone", re.compile(rf"{_FRONT}(일[오육팔]{FIGURE}{{2}}){_GAP}({FIGURE}{{4}}){_NUMBER_BACK}"), _phone),
    Rule("short code", re.compile(rf"{_FRONT}(일일[구이칠사]|일이공)(?=에\s?(?:신고|전화|연락|문의))"), _short),
    Rule(
        "code",
        re.compile(
            rf"((?:번호|코드|뒷자리|앞자리)(?:는|가|은|이)?\s)({_CODE_THEN_I}|{FIGURE}{{3,}}(?:\s{FIGURE}{{3,}})*){_BACK}"
        ),
        _code,
    ),
    Rule(
        "year",
        re.compile(rf"{_FRONT}((?:이천|천[일이삼사오육칠팔구]백){FOUR}?|이천)\s?년(?=$|[^가-힣]|{_JOSA}|도|생)"),
        _year,
    ),
    Rule("year", re.compile(rf"{_FRONT}([일이삼사오육칠팔구]?십{DIGIT}?)\s?년(?=\s?{_MONTH}월|생)"), _year),
    Rule("month and day", re.compile(rf"{_FRONT}({_MONTH})월\s({_DAY})\s?일(?:{_BACK}|(?=생))"), _month_day),
    Rule("month", re.compile(rf"(?:{_FRONT}|(?<=년\s))((?!이월){_MONTH})월(?=$|[^가-힣]|{_JOSA}|생|분|달|호)"), _month),
    Rule("month", re.compile(rf"(?<=[0-9]년\s)({_MONTH})월{_BACK}"), _month),
    Rule(
        "day",
        re.compile(
            rf"{_FRONT}({_MANY})\s일(?=$|[^가-힣]|까지|부터|에|간|이내|동안|자|날|안|만에|은|의|이에요|입|로|오전|오후)"
        ),
        _day,
    ),
    Rule(
        "time",
        re.compile(
            rf"{_FRONT}(?:(?P<native>{NATIVE})|(?P<sino>이?십{DIGIT}?))\s시(?:\s(?P<minute>{FOUR})\s?분(?:\s(?P<second>{FOUR})\s?초)?)?"
            r"(?=$|[^가-힣]|에|까지|부터|쯤|정도|로|반|이후|이전|예요|이에요|입|경|이요|요|가|이|는|은|전|를|와|인데|이고)"
        ),
        _time,
    ),
    Rule(
        "minutes",
        re.compile(rf"{_FRONT}({_MANY}|십(?=\s분\s(?:후|뒤|전|정도|이내|동안|안에)))\s(분|초){_BACK}"),
        _duration,
    ),
    Rule(
        "percent",
        re.compile(
            rf"{_FRONT}(?P<whole>{LARGE}|{FOUR}|영)(?:\s?점\s?(?P<part>[영공일이삼사오육칠팔구]{{1,4}}))?\s?(?P<unit>퍼센트포인트|퍼센트|프로){_BACK}"
        ),
        _percent,
    ),
    Rule("money", re.compile(rf"{_FRONT}({LARGE}|{_MANY}|[십백천])\s?(원|달러|유로|엔|위안|파운드){_BACK}"), _sino),
    Rule("months", re.compile(rf"{_FRONT}({FOUR})\s?(개월|호선|학년|인분){_BACK}"), _sino),
    Rule("years", re.compile(rf"{_FRONT}((?!이\s){FOUR}|이(?=\s년\s(?:동안|전|후|뒤|약정|만에)))\s(년){_BACK}"), _sino),
    Rule("counted", re.compile(rf"{_FRONT}({_MANY}|{FOUR}?만|{FOUR}억)\s({_RANKED}){_NOT_NAME}{_BACK}"), _sino),
    Rule("counted", re.compile(rf"{_FRONT}({DIGIT}?백)({NATIVE})\s({_THINGS}){_NOT_NAME}{_BACK}"), _hundreds),
    Rule("counted", re.compile(rf"{_FRONT}((?!한\s){NATIVE})\s({_THINGS}){_NOT_NAME}{_BACK}"), _native),
    Rule("counted", re.compile(rf"{_FRONT}(한)\s({_ONE}){_NOT_NAME}{_BACK}"), _native),
    Rule("counted", re.compile(rf"{_FRONT}((?!한){NATIVE})(살|명|시간){_NOT_NAME}{_BACK}"), _native),
)
"""Tried in this order, each on the whole text; what one has written no other sees as a numeral."""
