"""Digit strings: of the phone numbers, amounts, dates and codes of the reference, the share that is wholly right.

Which there are, ``eval_suites.numbers`` finds in the reference's scoring form. The hypothesis has one right if what is
aligned with it, anything inserted at its ends included that could belong to it, has the same value: 영일영 for 공일공
and 일만 원 for 만 원 are right, one digit more or less is not.
"""

from __future__ import annotations

import functools

from eval_suites.metrics import NOTHING, Metric
from eval_suites.numbers import KINDS, Kind, Number, value
from eval_suites.pair import Pair
from eval_suites.rates import RECALL
from eval_suites.tally import Tally

_NUMERALS = frozenset("공영일이삼사오육륙칠팔구십백천만억조")
_TITLES = {
    "phone": ("Phone numbers right", "전화번호 정확도"),
    "amount": ("Amounts right", "금액 정확도"),
    "date": ("Dates right", "날짜 정확도"),
    "code": ("Codes right", "번호·코드 정확도"),
}


def measure(kind: Kind, pair: Pair) -> Tally:
    """One token is one number string of this kind: a hit, or a substitution (a deletion if nothing is left of it)."""
    if not pair.numbers:
        return NOTHING
    right = wrong = lost = 0
    for number in pair.numbers:
        if number.kind == kind:
            heard = _heard(pair, number)
            right += value(kind, heard) == number.value
            wrong += bool(heard) and value(kind, heard) != number.value
            lost += not heard
    return Tally(right, wrong, lost)


def takes(kind: Kind, pair: Pair) -> bool:
    """Whether the reference has a number string of this kind."""
    return any(number.kind == kind for number in pair.numbers)


def _heard(pair: Pair, number: Number) -> str:
    """What stands in the number's place, with what is inserted at its ends if a numeral adjoins."""
    said = pair.hypothesis_syllables
    (before, first), (last, behind) = _gap(pair, number.start), _gap(pair, number.end)
    if before < first and said[first - 1] in _NUMERALS:
        first = before
    if last < behind and said[last] in _NUMERALS:
        last = behind
    return said[first:last]


def _gap(pair: Pair, place: int) -> tuple[int, int]:
    """Where the hypothesis goes on before ``place`` of the reference, and where at it: between lies an insertion."""
    low = high = 0
    for edit in pair.alignment:
        if edit.kind == "insertion" and edit.start == place:
            low, high = edit.hypothesis_start, edit.hypothesis_end
        elif edit.kind != "insertion" and edit.start < place:
            reach = 0 if edit.kind == "deletion" else min(edit.end, place) - edit.start
            low = high = edit.hypothesis_start + reach
    return low, high


METRICS = tuple(
    Metric(
        f"digits_{kind}",
        "1",
        dict(zip(("en", "ko"), _TITLES[kind], strict=True)),
        {"en": "a number string of the reference", "ko": "정답의 숫자열"},
        functools.partial(measure, kind),
        RECALL,
        functools.partial(takes, kind),
    )
    for kind in KINDS
)
