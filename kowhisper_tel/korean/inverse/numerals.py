"""Numbers in words, found and read back: the patterns of well-formed numerals, their values, how they are written."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import LARGE_VALUES, NATIVE_ONES, NATIVE_TENS, SINO_DIGITS

DIGIT = "[일이삼사오육칠팔구]"
_TENS_BELOW = rf"(?:{DIGIT}?십)?{DIGIT}?"
_HUNDREDS_BELOW = rf"(?:{DIGIT}?백)?{_TENS_BELOW}"
FOUR = rf"(?:{DIGIT}?천{_HUNDREDS_BELOW}|{DIGIT}?백{_TENS_BELOW}|{DIGIT}?십{DIGIT}?|{DIGIT})"
"""A Sino-Korean number below ten thousand."""

LARGE = (
    rf"(?:{FOUR}조(?:\s?{FOUR}억)?(?:\s?{FOUR}?만)?(?:\s?{FOUR}(?![만억조]))?"
    rf"|{FOUR}억(?:\s?{FOUR}?만)?(?:\s?{FOUR}(?![만억조]))?|{FOUR}?만(?:\s?{FOUR}(?![만억조]))?)"
)
"""A Sino-Korean number with 만, 억 or 조, joined or spaced by ten thousands."""

FIGURE = "[공영일이삼사오육칠팔구]"
"""One figure of a number that is said digit by digit."""

_TENS = {"스무": 20} | {word: 10 * place for place, word in enumerate(NATIVE_TENS) if word}
_ONES = {word: place for place, word in enumerate(NATIVE_ONES) if word}
NATIVES = {word: value for word, value in [*_TENS.items(), *_ONES.items()] if word != "스물"} | {
    tens + ones: _TENS[tens] + _ONES[ones] for tens in NATIVE_TENS if tens for ones in NATIVE_ONES if ones
}
"""Native numerals as they stand before a counter (한, 스무, 스물한) to their values, 1 to 99."""

NATIVE = f"(?:{'|'.join(sorted(NATIVES, key=len, reverse=True))})"


def value(spoken: str) -> int:
    """The value of a Sino-Korean number that ``FOUR`` or ``LARGE`` found.

    >>> value("백이십삼만 사천오백육십칠")
    1234567
    """
    total = group = digit = 0
    for syllable in spoken:
        if syllable in SINO_DIGITS:
            digit = SINO_DIGITS.index(syllable)
        elif syllable in "만억조":
            total += (group + digit or 1) * LARGE_VALUES[syllable]
            group = digit = 0
        elif syllable in LARGE_VALUES:
            group += (digit or 1) * LARGE_VALUES[syllable]
            digit = 0
    return total + group + digit


def figures(spoken: str) -> str:
    """Digit by digit: 공일공 → 010."""
    return re.sub(".", lambda match: str(SINO_DIGITS.index(match.group().replace("공", "영"))), spoken)


def amount(number: int) -> str:
    """An amount as Korean writes it, by ten thousands (spelling rule 44), whole thousands with 천.

    >>> amount(35_000), amount(12_900), amount(125_000_000), amount(250)
    ('3만 5천', '1만 2,900', '1억 2,500만', '250')
    """
    groups = []
    for power, unit in ((12, "조"), (8, "억"), (4, "만"), (0, "")):
        group = number // 10**power % 10**4
        if group:
            groups.append((f"{group // 1000}천" if group % 1000 == 0 else f"{group:,}") + unit)
    return " ".join(groups)


def counted(number: int, counter: str) -> str:
    """A number with its counter: joined behind a figure (250명), apart behind a word (3만 5천 원; rule 43)."""
    written = amount(number)
    return f"{written}{counter}" if written[-1].isdigit() else f"{written} {counter}"
