"""Amounts: a number, or two with a range between, and what is counted or measured behind it."""

from __future__ import annotations

import re

from kowhisper_tel.korean.readings import units
from kowhisper_tel.korean.readings.counting import numerals
from kowhisper_tel.korean.readings.numerals import digits, english, native_alone, native_before, quantity, sino
from kowhisper_tel.korean.readings.slots import Slots, either, row
from kowhisper_tel.korean.readings.written import Written
from kowhisper_tel.korean.verbalise.numbers import NATIVE_ONES, NATIVE_TENS, SINO_DIGITS
from kowhisper_tel.korean.verbalise.quantity import QUANTITY, Quantity

_AMOUNT = re.compile(
    rf"(?P<sign>[$₩€¥£]?)\s?(?P<minus>[-+±]?)\s?(?:(?P<low>{QUANTITY})\s?(?P<tail>[^0-9~\s-]*)\s?(?P<by>[~-]|,(?![0-9]{{3}}))\s?(?P<below>-?))?[$₩€¥£]?"
    rf"(?P<number>{QUANTITY})(?P<about>여?)\s?(?P<counter>\D*|m[23])"
)
_NATIVE_WORD = re.compile(rf"(?:{'|'.join(filter(None, (*NATIVE_TENS[1:], *NATIVE_ONES, '스무')))})")
_JOSA = re.compile(
    r"(?:[은는이가을를에의로와과도만요나랑](?![가-힣])|으로|이[에나고며다라랑]|예요|입|인데|까지|부터|하고|보다|처럼|쯤|씩|정도)"
)
_HOUR = re.compile(r"[0-9]\s?시\s?$")
_NAME_BEFORE = re.compile(
    r"(?:[A-Za-z]|아이폰|아이패드|갤럭시|폴드|플립|노트|패드|워치|버즈|에어팟|윈도우?|시즌|버전|코비드|넘버|채널)[.\s-]?\s?$"
)
"""Names whose numbers are said in English too (아이폰 텐, 폴드 파이브)."""

UP_TO = ("에서", "부터", "내지")
UNTIL = ("", "까지")
"""What is said for the sign of a range: between its ends, and behind it."""

IRREGULAR: dict[int, tuple[str, ...]] = {
    1: ("한두",), 2: ("두세",), 3: ("서너", "세네"), 4: ("네다섯", "너댓", "네댓", "너덧"), 5: ("대여섯", "다섯여섯"),
    6: ("예닐곱", "여섯일곱"), 7: ("일고여덟", "일곱여덟"), 8: ("여덟아홉", "엳아홉"), 9: ("아홉열",),
}  # fmt: skip
"""Native words for a number or the next."""
POWERS = {
    "억": 10**8, "천만": 10**7, "백만": 10**6, "십만": 10**5, "만": 10**4, "천": 1000, "백": 100, "십": 10, "": 1,
}  # fmt: skip


SIGNS = {"-": ("마이너스",), "+": ("플러스", ""), "±": ("플러스마이너스", "플마")}


def amount(written: Written) -> Slots | None:
    """All readings of an amount: 3개, 24시간, 3~4일, 10~20%, 175cm, $100, 30여 명, 12."""
    match = _AMOUNT.fullmatch(written.text.strip())
    if not match:
        return None
    counter = match["counter"].strip() or match["sign"]
    called = units.names(counter) or (counter,)
    if re.search(r"[A-Za-z]", called[0]) or counter == "째":
        return None
    before = [units.BEFORE[counter.lower()]] if counter.lower() in units.BEFORE else []
    counter = called[0]
    if match["low"]:
        return row(before, _sign(match["minus"], counter, written.before), _range(match, counter, called, written))
    number = _number(match["number"], counter, written)
    about = row(match["about"]) if match["about"] else []
    slots = row(before, _sign(match["minus"], counter, written.before), number, about, called)
    half_past = counter == "분" and match["number"] == "30" and _HOUR.search(written.before)
    return either(slots, row("반")) if half_past else slots


def _sign(sign: str | None, counter: str, before: str = "") -> Slots:
    """How a sign is said: of degrees 영하 too, or nothing where that stands before."""
    if sign != "-" or counter != "도":
        return row(SIGNS[sign]) if sign else []
    return row((*SIGNS["-"], "" if before.rstrip().endswith("영하") else "영하"))


def _number(figures: str, counter: str, written: Written) -> Slots:
    """The ways to read one number before its counter."""
    number = Quantity.parse(figures)
    if not number.is_whole:
        return quantity(number)
    native_here = bool(_NATIVE_WORD.match(written.said))
    ways = numerals(number.whole, figures, counter, native_here) if counter else _bare(figures, number.whole, written)
    return ways[0] if len(ways) == 1 else either(*ways)


def _bare(figures: str, number: int, written: Written) -> list[Slots]:
    """A number with nothing behind it: as a number, as things that were counted (하나), digit by digit."""
    ways = [quantity(Quantity(number))]
    if figures.isdecimal() and len(figures) > 1:
        ways.append(digits(figures))
    if 0 < number < 100:
        ways.append(row(native_alone(number)))
        if re.match(r"\s?[가-힣]", written.after) and not _JOSA.match(written.after):
            ways += numerals(number, figures, "", native_here=True)[:1]
    if _NAME_BEFORE.search(written.before) and number < 100:
        ways.append(english(number))
    if number == 0:
        ways.append(row("제로"))
    return ways


def _range(match: re.Match[str], counter: str, called: tuple[str, ...], written: Written) -> Slots:
    """Two numbers: 삼에서 사 일, 삼 일에서 사 일, 삼사 일, 삼 일부터 사 일까지."""
    low, high = Quantity.parse(match["low"]), Quantity.parse(match["number"])
    lows = [_number(match["low"], counter, written)]
    shared = re.search(r"[십백천]?[만억조]$|[십백천]$", match["number"])
    if shared and match["low"].isdecimal():
        lows.append(_number(match["low"] + shared.group(), counter, written))
        low = Quantity.parse(match["low"] + shared.group())
    highs = _number(match["number"], counter, written)
    between = ("", *UP_TO) if match["by"] == "," else UP_TO
    far = row(either(*lows), ("", *called) if counter else "", between, _sign(match["below"], counter), highs)
    pairs = [] if match["below"] or match["minus"] else _pairs(low, high, counter, written)
    until = [] if written.after.startswith("까지") else row(UNTIL)
    return row(either(*pairs, far) if pairs else far, called if counter else [], until)


def _pairs(low: Quantity, high: Quantity, counter: str, written: Written) -> list[Slots]:
    """A number and the next in one word: 두세, 서너, 삼사, 오륙, 이삼십, 이삼만."""
    if not (low.is_whole and high.is_whole):
        return []
    ways: list[Slots] = []
    for unit, power in POWERS.items():
        # 2~30분 is 이삼십 분 too.
        digit, rest = (low.whole, 0) if power == 10 and low.whole < 9 else divmod(low.whole, power)
        if rest or high.whole != (digit + 1) * power or not 1 <= digit <= 9:
            continue
        systems = numerals(digit, "", counter, bool(_NATIVE_WORD.match(written.said))) if power == 1 else [sino(digit)]
        if native_before(digit) in systems:
            ways.append([IRREGULAR[digit]])
        if sino(digit) in systems and digit < 9:
            pair = SINO_DIGITS[digit] + SINO_DIGITS[digit + 1]
            ways.append(row((pair, "오륙") if digit == 5 else pair, unit))
    return ways
