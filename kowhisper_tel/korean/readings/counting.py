"""Which numerals a counter takes in speech: native, Sino-Korean, digit by digit, or more than one of them.

Wider than what the verbaliser writes: 삼십 명 stands beside 서른 명. Never wider than usage: 3개 is 세 개 only.
(National Institute of Korean Language, spelling rules 43 and 44, and its online answers on 번, 개월, 대 and 명.)
"""

from __future__ import annotations

from kowhisper_tel.korean.readings.numerals import digits, native_before, sino
from kowhisper_tel.korean.readings.slots import Slots
from kowhisper_tel.korean.verbalise.counters import NATIVE
from kowhisper_tel.korean.verbalise.rule import words

EITHER = frozenset(
    words("""
번 분 대 개월 주 주일 주간 편 부 집 조 개국 개소 개사 자리 평 평형 건 매 권 세트 팀 가구 동 칸 점 문제 문항 채널 코스
과목 라운드 게임 경기 구좌 반 블록
""")
)
"""Native and Sino-Korean are both right, whatever the number below a hundred."""

SINO_FROM = {"시": 13, "살": 30, "번째": 20, "달": 100, "끼": 100, "가지": 20, "군데": 20}
"""Native counters that take Sino-Korean from this number on, where it is not ``SINO_USUALLY_FROM``."""

SINO_USUALLY_FROM = 10

OLD_FORMED = frozenset(words("달 장 잔 자 되 말 섬 냥 돈 대 단 자루 줄 병 통 동"))
"""Counters before which three and four are 석 and 넉 (or 서, 너) too."""

DIGITWISE = frozenset(words("호 호실 동 번 번지 번길 편 학번"))
"""Behind numbers of three digits and more, which are read digit by digit too: 일이공삼 호."""

_NATIVE = frozenset(NATIVE) | {"번째"}


def numerals(number: int, figures: str, counter: str, native_here: bool) -> list[Slots]:
    """The ways to read a whole number before a counter.

    ``figures``: as written, for reading digit by digit; ``native_here``: whether the verbaliser reads it in native
    words where it stands.
    """
    takes_native = native_here or counter in EITHER or counter in _NATIVE
    if counter == "시":
        takes_native = 1 <= number <= 24
    ways: list[Slots] = []
    if number and takes_native:
        ways += [[("첫",)]] if counter == "번째" and number == 1 else []
        ways.append(native_before(number, old_forms=counter in OLD_FORMED))
    if not number or not takes_native or _takes_sino(number, counter):
        ways.append(sino(number))
    if counter in DIGITWISE and len(figures) >= 3 and figures.isdecimal():
        ways.append(digits(figures))
    return ways


def _takes_sino(number: int, counter: str) -> bool:
    if counter in EITHER or counter not in _NATIVE:
        return True
    return number >= SINO_FROM.get(counter, SINO_USUALLY_FROM)
