"""Number and counter: 세 개, 스무 살, 삼 분, 삼십여 명, 열 번째, 두세 개, 삼사 일, 십에서 이십 명."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.counters import COUNTER, Place, takes_native
from kowhisper_tel.korean.verbalise.numbers import SINO_DIGITS, native, sino
from kowhisper_tel.korean.verbalise.quantity import MINUS, QUANTITY, Quantity, minus
from kowhisper_tel.korean.verbalise.rule import JOSA, Rule, after, before, parted

ABOUT = ("", "한두", "두세", "서너", "네다섯", "대여섯", "예닐곱", "일고여덟", "여덟아홉")
"""Native numerals for n to n + 1."""

_SECTION_BEFORE = re.compile(r"(?:제|수사|영업|총무|형사|관리|내과|외과|지원|운영|기획|개발)\s?$")
_SECTION_BEHIND = re.compile(
    r"^\s?(?:복습|예습|단어|본문|학습|수업|연습|내용|시험|장(?:님|$)|(?:까지|부터)\s?(?:공부|배[우웠]|읽|끝|외[우웠]|풀))"
)

# With a space between, only a counter that ends its word is one (``2 개념``).
_COUNTER = rf"(?P<gap>\s?)(?P<counter>{COUNTER})"
_ENDED = re.compile(rf"(?:$|[^가-힣]|짜리|권|간|당|반|이내|이상|이하|미만|전|후|{JOSA})")


_BOUND = re.compile(r"[한두세네]$|스무$")

_TIMES = re.compile(r"^(?:[은만도이씩쯤]|\s?(?:정도|더|이상|전화|시도|반복|먹|드|하|해|말|연락|째|$|[^가-힣]))")
"""Behind a range of 번: how often, not which."""
_OFTEN = re.compile(r"^(?:이나|씩|쯤|\s?(?:정도|더|이상|전화|시도|반복|먹|드셨|했|해 ?봤|말씀|연락))")
"""The same behind two with a comma, where josa do not tell (2, 3번은)."""


def _place(match: re.Match[str]) -> Place | None:
    """The counter of a match, or none where a spaced word only begins like one."""
    behind = after(match)
    if match["gap"] and not _ENDED.match(behind):
        return None
    return Place(match["counter"], before(match), behind)


def _words(quantity: Quantity, place: Place) -> str:
    if quantity.is_whole and takes_native(quantity.whole, place):
        return quantity.native()
    return quantity.sino()


def _counted(match: re.Match[str]) -> str | None:
    if match["counter"] == "주일" and match["number"] == "1" and not match["minus"]:
        return "일주일"
    place = _place(match)
    if place is None:
        return None
    quantity = Quantity.parse(match["number"])
    words = f"{quantity.sino()}{match['about']}" if match["about"] else _words(quantity, place)
    return f"{minus(match)}{words} {place.counter}"


def _ordinal(match: re.Match[str]) -> str:
    number = int(match["number"])
    return f"{'첫' if number == 1 else native(number)} 번째"


def _rank(match: re.Match[str]) -> str:
    number = int(match[1])
    return parted(match, f"{('첫', '둘', '셋', '넷')[number - 1] if number < 5 else native(number)}째")


def _section(match: re.Match[str]) -> str | None:
    if _SECTION_BEFORE.search(before(match)) or _SECTION_BEHIND.match(after(match)):
        return f"{sino(int(match[1]))} 과"
    return None


def _decades(match: re.Match[str]) -> str | None:
    """Ages: 이삼십 대, 이십에서 사십 대; 2~30대 is short for 20~30대."""
    low, high = int(match[1]), int(match[3])
    if not match[2] and not 1 < low == high - 1:
        return None
    if high == low + 1 and low > 1:
        return f"{SINO_DIGITS[low]}{SINO_DIGITS[high]}십 대"
    return f"{sino(low * 10)}에서 {sino(high * 10)} 대"


def _hyphen_range(match: re.Match[str]) -> str | None:
    """``3-4일``: only upwards, and never where the hyphen parts a number (101-2호, 3-2반, 12-3번지)."""
    low, high = Quantity.parse(match["low"]), Quantity.parse(match["high"])
    if low.whole >= high.whole or match["counter"] in ("번지", "번", "호", "호실", "동", "통", "반"):
        return None
    return _range(match)


def _amounts(match: re.Match[str]) -> str | None:
    """``1~2만원``: 일이만 원; ``30~50만원``: 삼십에서 오십만 원."""
    low, high = int(match[1]), int(match[2])
    if high == low + 1 and high < 10:
        return f"{SINO_DIGITS[low]}{SINO_DIGITS[high]}{match[3]} {match[4]}"
    return f"{sino(low)}에서 {sino(high)}{match[3]} {match[4]}" if low < high else None


def _range(match: re.Match[str]) -> str | None:
    place = _place(match)
    if place is None:
        return None
    low, high = Quantity.parse(match["low"]), Quantity.parse(match["high"])
    is_pair = high.is_whole and high.whole == low.whole + 1
    if place.counter == "번" and (not _TIMES.match(place.behind) or not (is_pair or place.behind)):
        return f"{low.sino()}에서 {high.sino()} 번"
    if is_pair and 0 < low.whole < 9 and low.is_whole:
        native_pair = takes_native(low.whole, place)
        pair = ABOUT[low.whole] if native_pair else SINO_DIGITS[low.whole] + SINO_DIGITS[high.whole]
        return f"{pair} {place.counter}"
    first = _words(low, place)
    # Hours are said each with its counter, and 한, 두, 세, 네, 스무 cannot stand without one: 두 시에서, 두 명에서.
    each = f" {place.counter}" if place.counter == "시" or _BOUND.search(first) else ""
    return f"{first}{each}에서 {_words(high, place)} {place.counter}"


def _listed(match: re.Match[str]) -> str | None:
    """``2, 3개``: 두세 개. Before 번 the numbers of things (1, 2번: 일, 이 번), unless it says how often."""
    place = _place(match)
    low, high = Quantity.parse(match["low"]), Quantity.parse(match["high"])
    if place is None or low.whole >= high.whole:
        return None
    if place.counter == "번" and not _OFTEN.match(place.behind):
        return f"{low.sino()}{match['by']}{high.sino()} 번"
    if not takes_native(low.whole, place):
        return None
    if high.whole == low.whole + 1 < 10:
        return _range(match)
    return f"{low.native()}{match['by']}{high.native()} {place.counter}"


def _bare_range(match: re.Match[str]) -> str:
    return f"{Quantity.parse(match['low']).sino()}에서 {Quantity.parse(match['high']).sino()}"


ORDINAL = Rule("ordinal", re.compile(r"(?P<number>[0-9]{1,12})\s?번째"), _ordinal, needs="번")
RANK = Rule("ordinal", re.compile(r"([1-9][0-9]?)째"), _rank, needs="째")
SECTION = Rule("section", re.compile(r"([0-9]{1,2})과"), _section, needs="과")
DECADES = Rule("range", re.compile(r"([1-9])(0대?)?\s?[~-]\s?([1-9])0대(?!\s?[0-9])"), _decades, needs="대")
AMOUNTS = Rule(
    "range",
    re.compile(r"([0-9]{1,4})\s?[~-]\s?([0-9]{1,4})([천만억조]|[십백천]만|[백천]억)\s?(원|달러|명|개)"),
    _amounts,
    needs="~-",
)
HYPHEN_RANGE = Rule(
    "range", re.compile(rf"(?P<low>[0-9]{{1,4}})-(?P<high>[0-9]{{1,4}}){_COUNTER}"), _hyphen_range, needs="-"
)
RANGE = Rule("range", re.compile(rf"(?P<low>{QUANTITY})\s?~\s?(?P<high>{QUANTITY}){_COUNTER}"), _range, needs="~")
BARE_RANGE = Rule("range", re.compile(rf"(?P<low>{QUANTITY})\s?~\s?(?P<high>{QUANTITY})"), _bare_range, needs="~")
COUNTED = Rule("counted", re.compile(rf"{MINUS}(?P<number>{QUANTITY})(?P<about>여?){_COUNTER}"), _counted)

LISTED = Rule(
    "range",
    re.compile(rf"(?P<low>[1-9][0-9]?)(?P<by>,\s?)(?P<high>[1-9][0-9]?){_COUNTER}(?!째)"),
    _listed,
    needs=",",
)

RULES = (ORDINAL, RANK, SECTION, DECADES, AMOUNTS, RANGE, HYPHEN_RANGE, LISTED, COUNTED)
