"""Signs that are a number or a word by themselves: ½, ①, Ⅲ, ², №, ㎡, ㈜, the operators between numbers."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from kowhisper_tel.korean.verbalise.numbers import LIMIT, sino
from kowhisper_tel.korean.verbalise.rule import Rule, parted
from kowhisper_tel.korean.verbalise.rules.units import UNITS

NAMED = {
    "№": "넘버",
    "℡": "전화",
    "™": "",
    "℠": "",
    "㈜": "주식회사",
    "km²": "제곱킬로미터",
    "cm²": "제곱센티미터",
    "m²": "제곱미터",
    "m³": "세제곱미터",
    "㎡": "제곱미터",
    "㎥": "세제곱미터",
    "℃": "섭씨",
    "℉": "화씨",
}
NAMED |= {
    unit: said
    for unit, said in UNITS.items()
    if len(unit) == 1 and unicodedata.category(unit) == "So" and unit not in NAMED
}
FRACTIONS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
SUPERSCRIPT_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
SUPERSCRIPTS = str.maketrans(SUPERSCRIPT_DIGITS, "0123456789")
OPERATORS = {"×": "곱하기", "x": "곱하기", "X": "곱하기", "÷": "나누기"}

NUMERAL = r"[^\W\d_A-Za-z가-힣ㄱ-ㆎᄀ-ᇿ一-鿿ぁ-ヿЀ-ӿ]"
"""A letter or number of another script; which it is, ``unicodedata`` tells."""


def _numeral(match: re.Match[str]) -> str | None:
    sign = match.group()
    value = unicodedata.numeric(sign, None)
    if unicodedata.category(sign) not in ("No", "Nl"):
        return None
    if value is None or value < 0 or value >= LIMIT:
        return ""
    return parted(match, _value(Fraction(value).limit_denominator(1000)))


def _value(value: Fraction) -> str:
    if value.denominator == 1:
        return sino(value.numerator)
    return f"{sino(value.denominator)}분의 {sino(value.numerator)}"


def _mixed(match: re.Match[str]) -> str:
    part = Fraction(unicodedata.numeric(match[2])).limit_denominator(1000)
    joined = "과" if match[1][-1] in "013678" else "와"
    return parted(match, f"{sino(int(match[1]))}{joined} {_value(part)}")


def _power(match: re.Match[str]) -> str:
    power = int(match.group().translate(SUPERSCRIPTS))
    if match.start() and match.string[match.start() - 1].isalnum():
        return parted(match, {2: "제곱", 3: "세제곱"}.get(power) or f"{sino(power)} 제곱")
    return parted(match, sino(power))


def _equals(match: re.Match[str]) -> str:
    """The topic ending of what stands before: 삼은, 이는."""
    return "은" if match.string[: match.start()].rstrip()[-1] in "013678" else "는"


MIXED = Rule("mixed number", re.compile(rf"([0-9]{{1,6}})\s?([{FRACTIONS}])"), _mixed, needs=FRACTIONS)
RULES = (
    Rule("power", re.compile(r"[⁰¹²³⁴-⁹]{1,4}"), _power, needs=SUPERSCRIPT_DIGITS),
    Rule(
        "operator",
        re.compile(r"(?<=[0-9])[xX](?=\s?[0-9])|[×÷](?=\s?[0-9])"),
        lambda match: OPERATORS[match.group()],
        needs="×÷A",
    ),
    Rule("operator", re.compile(r"(?<=[0-9]\s)[×÷xX](?=\s[0-9])"), lambda match: OPERATORS[match.group()], needs="×÷A"),
    Rule("equals", re.compile(r"="), _equals, spaced=False, needs="="),
    Rule("plus", re.compile(r"\+α"), lambda match: parted(match, "플러스 알파"), needs="α"),
    Rule("plus", re.compile(r"\+"), lambda match: parted(match, "플러스"), needs="+"),
    Rule(
        "sign",
        re.compile("|".join(map(re.escape, NAMED))),
        lambda match: parted(match, NAMED[match.group()]),
        needs="".join(NAMED),
    ),
)

SINGLE = Rule("numeral", re.compile(NUMERAL), _numeral)
