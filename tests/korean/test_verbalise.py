"""The spoken form: the developed cases, one of each kind here, laws by Hypothesis."""

from __future__ import annotations

import csv
import itertools
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kowhisper_tel.korean.verbalise import readings, verbalise
from kowhisper_tel.korean.verbalise.numbers import LIMIT, native, sino

CASES = {
    "3개월짜리 2개": "삼 개월짜리 두 개",
    "5살 20살 21살 100살": "다섯 살 스무 살 스물한 살 백 살",
    "3분이서 2분 동안": "세 분이서 이 분 동안",
    "11시 14시 30분": "열한 시 십사 시 삼십 분",
    "6월 10월 12월": "유월 시월 십이월",
    "2024년3월5일": "이천이십사 년 삼월 오 일",
    "1,500,000원": "백오십만 원",
    "3만3천개": "삼만 삼천 개",
    "1억을": "일억을",
    "영하 -3도": "영하 마이너스 삼 도",
    "10~20명": "열에서 스무 명",
    "010.1234.5678": "공일공 일이삼사 오육칠팔",
    "01012345678": "공일공 일이삼사 오육칠팔",
    "3번을 눌러 3번": "삼 번을 눌러 세 번",
    "제2차": "제이 차",
    "A4 G20 5G": "에이포 지이십 오지",
    "Hello KT": "헬로 케이티",
    "3:05": "세 시 오 분",
    "16월드컵": "십육 월드컵",
    "1/0": "일/영",
}


@pytest.mark.parametrize(("written", "said"), CASES.items())
def test_cases(written: str, said: str) -> None:
    assert verbalise(written) == said


def test_developed_cases(shared: Path) -> None:
    """Nearly all of the listed cases, exactly or by a listed alternate."""
    accepted = defaultdict(set)
    for name, column in (("verbalise.tsv", "expected"), ("verbalise_alternates.tsv", "accepted_alternate")):
        with (shared / "cases" / name).open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                accepted[row["input"]].add(row[column])
    wrong = [written for written, said in accepted.items() if verbalise(written) not in said]
    assert len(wrong) <= 0.02 * len(accepted), wrong


HANGUL = st.text(
    alphabet=st.one_of(
        st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")),
        st.characters(min_codepoint=0x1100, max_codepoint=0x11FF),
        st.sampled_from(" \t\n　 .,?!~…·-ㅋㅠ漢かЖ"),
    )
)


@settings(deadline=None)
@given(HANGUL)
@example(unicodedata.normalize("NFD", "안녕  하세요 "))
def test_hangul_stays(text: str) -> None:
    """Byte for byte, odd spaces, decomposed syllables and other scripts too."""
    assert verbalise(text) == text


def _is_read(character: str) -> bool:
    """A digit or number of any script, or a Latin letter of any kind."""
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    return category in ("Nd", "Nl", "No") or (category[0] in "LMS" and bool(re.search(r"\bLATIN (?!CROSS)", name)))


ANY = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=st.characters(categories=("Nd", "Nl", "No", "Ll", "Lu", "Lm", "So", "Mn")), max_size=30),
    st.text(
        alphabet=st.sampled_from("0123456789aAeExXéßÆ①½Ⅲ²₂٣９Ⓐ개원월일시분번대층-~.,:/%$+*=×()'@ #&가는"), max_size=40
    ),
)


@settings(deadline=None, max_examples=500)
@given(ANY)
def test_nothing_unread_remains_and_twice_is_once(text: str) -> None:
    said = verbalise(text)
    assert not [character for character in said if _is_read(character)]
    assert verbalise(said) == said


def test_every_number_and_latin_letter_is_read() -> None:
    """Each such character that Unicode has, between Hangul and beside a figure and a letter."""
    left = [
        hex(point)
        for point in range(sys.maxunicode + 1)
        if _is_read(chr(point)) and any(map(_is_read, verbalise(f"가{chr(point)}개 3{chr(point)}a")))
    ]
    assert not left


@settings(deadline=None)
@given(st.text(alphabet="0123456789개원월일시분번대층팩~-.,:/%$*+ 만억조천백kgB℃", max_size=40))
def test_no_digit_remains_and_twice_is_once(text: str) -> None:
    said = verbalise(text)
    assert not set(said) & set("0123456789")
    assert verbalise(said) == said


@settings(deadline=None)
@given(ANY)
def test_readings_cover_what_changed(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    pieces = list(readings(text))
    assert all(piece.rule and piece.start < piece.end for piece in pieces)
    assert all(a.end <= b.start for a, b in itertools.pairwise(pieces))
    rest = "".join(
        text[a:b] for a, b in zip([0, *(p.end for p in pieces)], [*(p.start for p in pieces), None], strict=True)
    )
    assert not [character for character in rest if _is_read(character)]
    said = "".join(
        text[a.end if a else 0 : b.start if b else None] + (b.spoken if b else "")
        for a, b in itertools.pairwise([None, *pieces, None])
    )
    assert verbalise(text) == said


@settings(deadline=None)
@given(st.integers(0, LIMIT - 1))
def test_sino_is_injective_by_reading_back(number: int) -> None:
    values = {"십": 10, "백": 100, "천": 1000}
    total = 0
    for group in sino(number).split():
        large = next((i for i, unit in enumerate(("만", "억", "조", "경"), 1) if group.endswith(unit)), 0)
        value = digit = 0
        for syllable in group.rstrip("만억조경"):
            if syllable in values:
                value, digit = value + (digit or 1) * values[syllable], 0
            else:
                digit = "영일이삼사오육칠팔구".index(syllable)
        total += (value + digit or (1 if large else 0)) * 10 ** (4 * large)
    assert total == number


def test_native() -> None:
    assert [native(n) for n in (1, 10, 11, 20, 21, 99, 100, 101)] == [
        "한", "열", "열한", "스무", "스물한", "아흔아홉", "백", "백한",
    ]  # fmt: skip
