"""Number and counter: 세 개, 스무 살, 삼 분, 삼십여 명, 열 번째, 두세 개, 삼사 일, 십에서 이십 명."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.counters import COUNTER, Place, takes_native
from kowhisper_tel.korean.verbalise.numbers import SINO_DIGITS
from kowhisper_tel.korean.verbalise.quantity import MINUS, QUANTITY, Quantity, minus
from kowhisper_tel.korean.verbalise.rule import JOSA, Rule, after, before

ABOUT = ("", "한두", "두세", "서너", "네다섯", "대여섯", "예닐곱", "일고여덟", "여덟아홉")
"""Native numerals for n to n + 1."""

# With a space between, only a counter that ends its word is one (``2 개념``).
_COUNTER = rf"(?P<gap>\s?)(?P<counter>{COUNTER})"
_ENDED = re.compile(rf"(?:$|[^가-힣]|짜리|권|간|당|반|이내|이상|이하|미만|전|후|{JOSA})")


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
    place = _place(match)
    if place is None:
        return None
    quantity = Quantity.parse(match["number"])
    words = f"{quantity.sino()}{match['about']}" if match["about"] else _words(quantity, place)
    return f"{minus(match)}{words} {place.counter}"


def _ordinal(match: re.Match[str]) -> str:
    return f"{Quantity.parse(match['number']).native()} 번째"


def _range(match: re.Match[str]) -> str | None:
    place = _place(match)
    if place is None:
        return None
    low, high = Quantity.parse(match["low"]), Quantity.parse(match["high"])
    if high.is_whole and high.whole == low.whole + 1 and 0 < low.whole < 9 and low.is_whole:
        native_pair = takes_native(low.whole, place)
        pair = ABOUT[low.whole] if native_pair else SINO_DIGITS[low.whole] + SINO_DIGITS[high.whole]
        return f"{pair} {place.counter}"
    # Hours are said each with its counter: 두 시에서 네 시.
    each = " 시" if place.counter == "시" else ""
    return f"{_words(low, place)}{each}에서 {_words(high, place)} {place.counter}"


def _bare_range(match: re.Match[str]) -> str:
    return f"{Quantity.parse(match['low']).sino()}에서 {Quantity.parse(match['high']).sino()}"


ORDINAL = Rule("ordinal", re.compile(r"(?P<number>[0-9]+)\s?번째"), _ordinal)
RANGE = Rule(
    "range",
    re.compile(rf"(?P<low>{QUANTITY})\s?~\s?(?P<high>{QUANTITY}){_COUNTER}"),
    _range,
)
BARE_RANGE = Rule("range", re.compile(rf"(?P<low>{QUANTITY})\s?~\s?(?P<high>{QUANTITY})"), _bare_range)
COUNTED = Rule("counted", re.compile(rf"{MINUS}(?P<number>{QUANTITY})(?P<about>여?){_COUNTER}"), _counted)

RULES = (ORDINAL, RANGE, COUNTED)
