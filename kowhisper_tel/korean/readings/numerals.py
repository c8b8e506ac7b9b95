"""Numbers in all the words that they are rightly read in: 만 and 일만, 공 and 영, 점 and 쩜."""

from __future__ import annotations

from kowhisper_tel.korean.readings.slots import Slots, either, row
from kowhisper_tel.korean.verbalise.numbers import (
    LARGE_UNITS,
    LIMIT,
    NATIVE_TENS,
    SINO_DIGITS,
    SMALL_UNITS,
    native,
)
from kowhisper_tel.korean.verbalise.quantity import Quantity
from kowhisper_tel.korean.verbalise.rule import words

ZERO = ("영", "공")
POINT = ("점", "쩜")
COUNTED_ALONE = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
"""Native ones with no counter behind them."""

OLD_FORMS = {"세": ("석", "서"), "네": ("넉", "너")}
"""Three and four before a few counters (석 달, 넉 장)."""

ENGLISH_ONES = words("""
제로 원 투 쓰리 포 파이브 식스 세븐 에이트 나인 텐 일레븐 트웰브 써틴 포틴 피프틴 식스틴 세븐틴 에이틴 나인틴
""")
ENGLISH_TENS = ("", "", "트웬티", "써티", "포티", "피프티", "식스티", "세븐티", "에이티", "나인티")
ENGLISH_SPELLINGS = {
    "쓰리": ("스리",), "트웬티": ("투웬티", "투에니"), "트웰브": ("투엘브",), "써틴": ("서틴",), "써티": ("서티",),
}  # fmt: skip


def digits(figures: str) -> Slots:
    """Digit by digit."""
    return [ZERO if figure == "0" else (SINO_DIGITS[int(figure)],) for figure in figures]


def sino(number: int) -> Slots:
    """Sino-Korean, with and without the 일 before 십, 백, 천 and 만."""
    if number == 0:
        return [ZERO]
    if number >= LIMIT:
        return digits(str(number))
    slots: Slots = []
    for power in reversed(range(len(LARGE_UNITS))):
        group = number // 10 ** (4 * power) % 10**4
        if not group:
            continue
        if group == 1 and power == 1:
            slots.append(("", "일"))
        else:
            slots += _four_digits(group, is_long=number >= 10**4)
        slots += row(LARGE_UNITS[power]) if power else []
    return slots


def _four_digits(number: int, is_long: bool) -> Slots:
    """일십 is said in long numbers only (일십만)."""
    slots: Slots = []
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            slots += row(_one(power, is_long) if digit == 1 and power else SINO_DIGITS[digit])
            slots += row(SMALL_UNITS[power]) if power else []
    return slots


def _one(power: int, is_long: bool) -> Slots:
    return [("", "일")] if power > 1 or is_long else []


def quantity(number: Quantity) -> Slots:
    """A quantity in Sino-Korean, with its decimals and its 만 or 억."""
    if number.fraction:
        return row(sino(number.whole), POINT, digits(number.fraction), *([number.unit] if number.unit else []))
    return sino(number.whole)


def native_before(number: int, old_forms: bool = False) -> Slots:
    """Native words as they stand before a counter, from 100 on with Sino-Korean hundreds (백스물한)."""
    below = number % 100
    if number >= LIMIT or not below:
        return sino(number) if number < LIMIT else digits(str(number))
    words = native(below)
    forms = (words, *OLD_FORMS.get(words, ())) if old_forms else (words,)
    return row(sino(number - below), forms) if number > 100 else [forms]


def native_alone(number: int) -> str:
    """Native words with no counter: 하나, 스물, 서른셋; 1 to 99."""
    return NATIVE_TENS[number // 10] + COUNTED_ALONE[number % 10]


def english(number: int) -> Slots:
    """A number below a hundred in English, as Korean says it: 쓰리, 피프틴, 트웬티포."""
    if number < len(ENGLISH_ONES):
        return [_spelled(ENGLISH_ONES[number])]
    ones = [_spelled(ENGLISH_ONES[number % 10])] if number % 10 else []
    return row(_spelled(ENGLISH_TENS[number // 10]), ones)


def english_digits(figures: str) -> Slots:
    """Digit by digit in English: 투포; 0 is 제로 or 공."""
    return [("제로", "공", "영") if figure == "0" else _spelled(ENGLISH_ONES[int(figure)]) for figure in figures]


def _spelled(word: str) -> tuple[str, ...]:
    return (word, *ENGLISH_SPELLINGS.get(word, ()))


def code(figures: str) -> Slots:
    """A short number in a name (A4, S24, KF94): Sino-Korean, digit by digit, English."""
    ways = [digits(figures)]
    if figures[0] != "0" or figures == "0":
        ways.append(sino(int(figures)))
        if len(figures) <= 2:
            ways.append(english(int(figures)))
    if len(figures) <= 3:
        ways.append(english_digits(figures))
    return either(*ways)
