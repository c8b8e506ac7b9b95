"""Signs: money signs, percent, fractions, sums, named days (육이오)."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.counters import COUNTER
from kowhisper_tel.korean.verbalise.numbers import digits, sino
from kowhisper_tel.korean.verbalise.quantity import QUANTITY, SPAN, Quantity, span
from kowhisper_tel.korean.verbalise.rule import JOSA, Rule, after, before, parted, words

CURRENCIES = {
    "$": "달러",
    "₩": "원",
    "€": "유로",
    "¥": "엔",
    "£": "파운드",
    "\\": "원",
    "US$": "달러",
    "USD": "달러",
    "KRW": "원",
    "EUR": "유로",
    "JPY": "엔",
    "CNY": "위안",
}
_CURRENCY = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
ENGLISH = ("제로", "원", "투", "쓰리", "포", "파이브", "식스", "세븐", "에이트", "나인")
_PROMOTION = re.compile(r"^\s?(?:행사|이벤트|증정|세일|상품|제품|할인|혜택|프로모션|구성|[이가은을로]|요|예|입|$)")
_SCORE_BEHIND = re.compile(
    r"^\s?(?:[으]?로\s?)?(?:[가-힣]{1,4}\s)?(?:승|패|무승부|이[겼기긴길]|졌|지고|진\s|역전|완승|신승|대승|동점|스코어|앞[서섰선]|뒤[지졌진]|끝났|마[쳤무]|비겼)"
)
_SCORE_BEFORE = re.compile(r"(?:스코어|점수|세트|경기|결과|합계|최종)[는은가이]?\s?$")
_EVENT = re.compile(
    r"^\s?(?:전쟁|혁명|운동|사태|의거|민주|항쟁|테러|사변|선언|절|광복|정신|합의|성명|공동|참전|참사|사건|유공|부상|만세|동란|군사|쿠데타|"
    r"비상계엄|계엄|학생|부정선거|총선|대선|지방선거|보궐|부동산|대책|세대|기념|희생|유족|해방)"
)


def _money(match: re.Match[str]) -> str:
    return parted(match, f"{Quantity.parse(match['number']).sino()} {CURRENCIES[match['sign']]}")


def _percent(match: re.Match[str]) -> str:
    unit = "퍼밀" if match["sign"] == "‰" else "퍼센트포인트" if match["point"] else "퍼센트"
    return f"{span(match)} {unit}"


def _fraction(match: re.Match[str]) -> str | None:
    upper, lower = int(match["upper"]), int(match["lower"])
    return parted(match, f"{sino(lower)}분의 {sino(upper)}") if lower else None


_KNOWN_DAYS = frozenset(words("3.1 4.3 4.19 5.16 5.18 6.10 6.15 6.25 6.29 8.15 9.11 10.26 12.12"))
_NOUN = re.compile(rf"^\s(?!{COUNTER}|{JOSA}(?![가-힣])|이상|이하|정도|미만|초과)(?:[가-힣]{{2}}|때)")


_COUNTED = re.compile(rf"(?!절){COUNTER}")


def _event(match: re.Match[str]) -> str | None:
    month, sign, day = match.groups()
    known = match.group() in _KNOWN_DAYS and _NOUN.match(after(match))
    if sign == "." and not known and not _EVENT.match(after(match)):
        return None
    said = sino(int(month)) + (sino(int(day)) if day == month or day.endswith("0") else digits(day))
    return f"{said} " if _COUNTED.match(after(match)) else said


_GRADE = re.compile(r"^\s?등급")


def _plus(match: re.Match[str]) -> str:
    first, second = int(match[1]), int(match[2])
    if _GRADE.match(after(match)):
        return f"{sino(first)} 플러스 {sino(second)}"
    if first == second == 1:
        return "원 플러스 원"
    if 0 < first < 5 and 0 < second < 3 and _PROMOTION.match(after(match)):
        return f"{ENGLISH[first]} 플러스 {ENGLISH[second]}"
    return f"{sino(first)} 더하기 {sino(second)}"


def _versus(match: re.Match[str]) -> str:
    return parted(match, f"{sino(int(match[1]))} 대 {sino(int(match[2]))}")


def _scored(match: re.Match[str]) -> str | None:
    if _SCORE_BEHIND.match(after(match)) or _SCORE_BEFORE.search(before(match)):
        return _versus(match)
    return None


def _ratio(match: re.Match[str]) -> str:
    numbers = [int(number) for number in re.split(r"\s?:\s?", match.group())]
    return parted(match, "일대일" if numbers == [1, 1] else " 대 ".join(map(sino, numbers)))


def _great(match: re.Match[str]) -> str:
    """The four, five great ones, named together: 사대 보험."""
    return f"{sino(int(match[1] or match[2]))}대 "


RULES = (
    Rule(
        "money",
        re.compile(rf"(?P<sign>{_CURRENCY})\s?(?P<number>{QUANTITY})(?:\s?(?:원|달러)(?![가-힣]))?"),
        _money,
        needs="$₩€¥£\\A",
    ),
    Rule(
        "money", re.compile(rf"(?P<number>{QUANTITY})\s?(?P<sign>{_CURRENCY})(?![A-Za-z0-9])"), _money, needs="$₩€¥£\\A"
    ),
    Rule("percent", re.compile(rf"{SPAN}\s?(?P<sign>[%％‰])(?P<point>[pP](?![A-Za-z]))?"), _percent, needs="%％‰"),
    Rule(
        "fraction", re.compile(r"(?P<lower>[0-9]{1,6})분의\s?(?P<upper>[0-9]{1,6})(?![0-9.,])"), _fraction, needs="분"
    ),
    Rule(
        "fraction",
        re.compile(r"(?<![0-9]/)(?P<upper>[0-9]{1,3})/(?P<lower>[0-9]{1,6})(?![0-9./])"),
        _fraction,
        needs="/",
    ),
    Rule("named day", re.compile(r"([1-9]|1[0-2])([·.])([0-9]{1,2})(?![0-9.·])"), _event, needs="·."),
    Rule("one to one", re.compile(r"1대1(?![0-9.,])"), lambda _: "일대일", needs="대"),
    Rule(
        "score",
        re.compile(rf"([0-9]{{1,3}})\s?대\s?([0-9]{{1,3}})(?![0-9.,%~십백천만억]|\s?{COUNTER})"),
        _versus,
        needs="대",
    ),
    Rule(
        "great ones", re.compile(r"([0-9]{1,2})대(?=강|천왕|궁)"), lambda match: f"{sino(int(match[1]))}대", needs="대"
    ),
    Rule("not one", re.compile(r"1도(?=\s?(?:모르|몰라|없|안\s|못|관심))"), lambda _: "일도", needs="도"),
    Rule(
        "great ones",
        re.compile(
            r"(4)대\s?(?=보험)|([0-9]{1,2})대\s?(?=광역시|은행|명절|기업|그룹|불가사의|요소|원칙|과제|의무|뉴스|재벌|국경일|성인병|핵심|권력|문명|악(?![가-힣])|암(?![가-힣]))"
        ),
        _great,
        needs="대",
    ),
    Rule("sum", re.compile(r"([0-9]{1,6})\s?\+\s?([0-9]{1,6})(?![0-9.,])"), _plus, needs="+"),
    Rule("ratio", re.compile(r"[0-9]{1,4}(?:\s?:\s?[0-9]{1,4}){1,3}(?![0-9:])"), _ratio, needs=":"),
    Rule("score", re.compile(r"([0-9]{1,3})-([0-9]{1,3})(?![0-9.,-])"), _scored, needs="-"),
    Rule(
        "compound",
        re.compile(r"([2-9])중(?=\s?(?:추돌|주차|창|보안|잠금|화|고|유리|구조|잣대|과세))"),
        lambda m: f"{sino(int(m[1]))}중",
        needs="중",
    ),
)
