"""A number with no counter: 백, 백 단어, 백이, 삼십여; two with a hyphen between."""

from __future__ import annotations

import re

from kowhisper_tel.korean.verbalise.numbers import digits, sino
from kowhisper_tel.korean.verbalise.quantity import MINUS, QUANTITY, Quantity, minus
from kowhisper_tel.korean.verbalise.rule import Rule, after, parted

_PART = re.compile(r"\s?(?:반|번|호|항|과|단원|동|통)")


def _cardinal(match: re.Match[str]) -> str:
    return parted(match, minus(match) + Quantity.parse(match["number"]).sino())


def _leading_zero(match: re.Match[str]) -> str:
    return parted(match, digits(match.group()))


def _version(match: re.Match[str]) -> str:
    """Three numbers and more with points between; the four of an Internet address digit by digit."""
    numbers = match.group().split(".")
    address = len(numbers) == 4 and all(int(number) < 256 for number in numbers)
    said = " 점 ".join(
        digits(number) if address else digits(number, "영") if number[0] == "0" else sino(int(number))
        for number in numbers
    )
    return parted(match, said)


def _hyphened(match: re.Match[str]) -> str:
    """``10-20`` from the smaller to the larger, ``2-1`` as a score; a part of a number before 반, 번, 호."""
    low, high = int(match[1]), int(match[2])
    if _PART.match(after(match)):
        return parted(match, f"{sino(low)} 다시 {sino(high)}")
    return parted(match, f"{sino(low)}{'에서' if low < high else ' 대'} {sino(high)}")


def _parts(match: re.Match[str]) -> str:
    return parted(match, " 다시 ".join(sino(int(part)) for part in match.group().split("-")))


def _long(match: re.Match[str]) -> str:
    return parted(match, digits(match.group()))


RULES = (
    Rule("leading zero", re.compile(r"0[0-9]+(?![.,:]?[0-9])"), _leading_zero, needs="0"),
    Rule("version", re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){2,}(?![.,]?[0-9])"), _version, needs="."),
    Rule("hyphened", re.compile(r"[0-9]{1,4}(?:-[0-9]{1,4}){2,}(?![.,-]?[0-9])"), _parts, needs="-"),
    Rule("hyphened", re.compile(r"([0-9]{1,4})-([0-9]{1,4})(?![.,-]?[0-9])"), _hyphened, needs="-"),
    Rule("long number", re.compile(r"(?![0-9]+0000)[0-9]{10,}(?![.,]?[0-9])"), _long),
    Rule("number", re.compile(rf"{MINUS}(?P<number>{QUANTITY})"), _cardinal),
    Rule("left digits", re.compile(r"[0-9]+"), _leading_zero),
)
