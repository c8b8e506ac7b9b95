"""Numbers in words: Sino-Korean (일, 이, 삼), native (한, 두, 세), digit by digit."""

from __future__ import annotations

SINO_DIGITS = "영일이삼사오육칠팔구"
SMALL_UNITS = ("", "십", "백", "천")
LARGE_UNITS = ("", "만", "억", "조", "경")
LARGE_VALUES = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12}

NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")

LIMIT = 10 ** (4 * len(LARGE_UNITS))
"""``sino`` reads numbers below this one."""


def sino(number: int) -> str:
    """Sino-Korean cardinal of 0 <= number < ``LIMIT``, spaced by ten thousands as spelling rules want.

    The leading one is not said before 십, 백, 천 and 만, and is before 억 and above: 만, 일억.

    >>> sino(1_234_567), sino(10_000), sino(10**8)
    ('백이십삼만 사천오백육십칠', '만', '일억')
    """
    if number == 0:
        return SINO_DIGITS[0]
    groups: list[str] = []
    for power in reversed(range(len(LARGE_UNITS))):
        group = number // 10 ** (4 * power) % 10**4
        if group:
            leading_man = power == 1 and group == 1 and not groups
            groups.append(LARGE_UNITS[power] if leading_man else _four_digits(group) + LARGE_UNITS[power])
    return " ".join(groups)


def _four_digits(number: int) -> str:
    words = ""
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            words += ("" if digit == 1 and power else SINO_DIGITS[digit]) + SMALL_UNITS[power]
    return words


def native(number: int) -> str:
    """Native cardinal as it stands before a counter (스무 살, 스물한 살), 1 to 99.

    From 100 on, Sino-Korean hundreds, and the rest in native words as far as ten (백한 마리, 백이십 마리).
    """
    if number == 20:
        return "스무"
    if 0 < number < 100:
        return NATIVE_TENS[number // 10] + NATIVE_ONES[number % 10]
    rest = number % 100
    if number > 100 and 0 < rest <= 10:
        return sino(number - rest) + NATIVE_TENS[rest // 10] + NATIVE_ONES[rest % 10]
    return sino(number)


def digits(figures: str, zero: str = "공") -> str:
    """Digit by digit, as phone numbers and codes are read; other characters are passed over.

    >>> digits("0852")
    '공팔오이'
    """
    return "".join(zero if figure == "0" else SINO_DIGITS[int(figure)] for figure in figures if figure in "0123456789")


def decimal(whole: int, fraction: str) -> str:
    """A decimal number, the digits behind the point one by one: 이 점 영오."""
    return f"{sino(whole)} 점 {digits(fraction, zero=SINO_DIGITS[0])}"
