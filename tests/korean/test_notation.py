"""Notation: the laws that hold on any text, and what the parts promise."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.korean.normalise import normalise
from kowhisper_tel.korean.notation import NOTATIONS, drop_fillers, fillers, parse
from kowhisper_tel.korean.notation.numerals import regroup
from kowhisper_tel.korean.verbalise import verbalise

SIGNS = """
( ) / + * @ & # { } [ ] ~ - : . , ? （ ） ／ ＊ ○ (( )) )/( )( (NO: (FP: (XY: b/ o/ u/ 아/ xx OO ** U+ A/S x KT 1
그 그거 그래서 아 음 에 이름 이름1 전화번호 name tel-num laughing noise bgm idiom 웃음 3개 70%
"""
PIECES = [*SIGNS.split(), "세 개", "칠 십 퍼센트", " ", "  ", "\n", "\u3000"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=40)
CONVENTIONS = st.sampled_from(sorted(NOTATIONS))


def without_white_space(text: str) -> str:
    return "".join(text.split())


def is_subsequence(part: str, whole: str) -> bool:
    characters = iter(whole)
    return all(character in characters for character in part)


@given(TEXTS, CONVENTIONS)
def test_every_character_is_accounted_for(text: str, notation: str) -> None:
    """What is in no mark is said, in order; a problem's characters stay too."""
    parsed = parse(text, notation)
    marked = {i for mark in parsed.marks for i in range(mark.start, mark.end)}
    rest = "".join(character for i, character in enumerate(text) if i not in marked)
    assert is_subsequence(without_white_space(rest), without_white_space(parsed.spoken))
    assert is_subsequence(without_white_space(rest), without_white_space(parsed.written))


@given(TEXTS, CONVENTIONS)
def test_nothing_is_said_that_is_not_written(text: str, notation: str) -> None:
    spoken = without_white_space(parse(text, notation).spoken)
    assert not set(spoken) - set(text)
    assert len(spoken) <= len(text)


@given(TEXTS)
def test_plain_is_idempotent(text: str) -> None:
    once = parse(text, "plain").spoken
    assert parse(once, "plain").spoken == once


@given(TEXTS, CONVENTIONS)
def test_a_spoken_side_is_plain_text(text: str, notation: str) -> None:
    parsed = parse(text, notation)
    if not parsed.problems:
        assert parse(parsed.spoken, "plain").spoken == parsed.spoken


@given(TEXTS, CONVENTIONS)
def test_places_lie_in_the_text(text: str, notation: str) -> None:
    parsed = parse(text, notation)
    for found in (*parsed.marks, *parsed.problems):
        assert 0 <= found.start < found.end <= len(text)
    assert list(parsed.marks) == sorted(parsed.marks, key=lambda mark: (mark.start, -mark.end))
    assert bool(parsed.gaps) == parsed.is_partial == bool({"mask", "unclear", "unintelligible"} & parsed.kinds)


@given(st.text("가나다 .,?!0123456789ABab%\n", max_size=60), CONVENTIONS)
def test_ordinary_text_stays(text: str, notation: str) -> None:
    parsed = parse(text, notation)
    assert parsed.spoken == parsed.written == " ".join(text.split())
    assert not parsed.marks
    assert not parsed.problems


def test_marks_tell_their_place_and_content() -> None:
    parsed = parse("네 아/ @이름1 (3개)/(세 개)", "aihub")
    assert [(m.kind, m.start, m.end, m.content) for m in parsed.marks] == [
        ("filler", 2, 4, "아"),
        ("mask", 5, 9, "@이름1"),
        ("dual", 10, 20, "(3개)/(세 개)"),
    ]


@pytest.mark.parametrize(
    "text", ["(" * 3000, ")" * 3000, "(" * 500 + ")" * 500, "(a)" * 1000, "(1)/" * 1000, "* " * 2000]
)
def test_piled_up_signs_are_read_in_time(text: str) -> None:
    start = time.process_time()
    for notation in NOTATIONS:
        parse(text, notation)
    assert time.process_time() - start < 3


def test_brackets_deeper_than_are_read_are_a_problem() -> None:
    assert {problem.kind for problem in parse("(" * 20 + "네" + ")" * 20, "aihub").problems} >= {"nested"}


def test_an_unknown_notation_is_refused() -> None:
    with pytest.raises(UserError) as refused:
        parse("네", "kspon")
    assert refused.value.code == "notation.unknown"
    assert "aihub" in str(refused.value)


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        ("mask", "@이름1 고객님"),
        ("mask", "&company-name& 고객님"),
        ("unintelligible", "u/ 그래"),
        ("unintelligible", "(()) 그래"),
        ("unclear", "((그래)) 네"),
    ],
)
def test_hidden_speech_is_a_gap(gap: str, text: str) -> None:
    assert parse(text, "aihub").gaps == (gap,)


@pytest.mark.parametrize("text", ["b/ 네 n/", "o/ 네", "아침* 그+ 그거 아/", "(SP:세 시) (FP:음)", "(3개)/(세 개)"])
def test_what_was_transcribed_is_no_gap(text: str) -> None:
    parsed = parse(text, "aihub")
    assert parsed.marks
    assert not parsed.is_partial


@given(st.integers(0, 99_999), st.sampled_from(["", "개", "원", "년", "퍼센트", "번", "시간", "명", "동"]), st.data())
def test_regrouping_restores_the_verbaliser_s_spacing(number: int, counter: str, data: st.DataObject) -> None:
    written = f"{number}{counter}"
    said = without_white_space(verbalise(written))
    cuts = data.draw(st.lists(st.booleans(), min_size=len(said), max_size=len(said)))
    scattered = "".join(f" {letter}" if cut else letter for letter, cut in zip(said, cuts, strict=True))
    assert regroup(written, scattered.strip()) == verbalise(written)


@given(TEXTS, TEXTS)
def test_regrouping_changes_only_white_space(written: str, spoken: str) -> None:
    assert without_white_space(regroup(written, spoken)) == without_white_space(spoken)


@pytest.mark.parametrize(
    ("written", "spoken", "said"),
    [
        ("70%", "칠 십 프로", "칠십 프로"),
        ("010", "영 일 영", "영일영"),
        ("2024년", "이 천 이십 사 년", "이천이십사 년"),
        ("3개월할부로", "삼 개 월 할부로", "삼 개월 할부로"),
        ("3개를", "세 개 를", "세 개를"),
        ("1588-1234", "일 오 팔 팔 에 일 이 삼 사", "일오팔팔에 일이삼사"),
        ("칠십", "칠 십", "칠 십"),
        ("2개 이 일을 네 개", "두 개 이 일을 네 개", "두 개 이 일을 네 개"),
        ("5G", "파이브 지", "파이브 지"),
    ],
)
def test_regrouping(written: str, spoken: str, said: str) -> None:
    assert regroup(written, spoken) == said


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("음 그래요", "그래요"),
        ("음, 그 어... 네 아~ 알겠습니다", "그 네 알겠습니다"),
        ("아까 어제 음료수 아이", "아까 어제 음료수 아이"),
        ("이 저 뭐 그 네 막", "이 저 뭐 그 네 막"),
        ("어 어 음", ""),
        ("네  네", "네  네"),
    ],
)
def test_fillers(text: str, kept: str) -> None:
    assert drop_fillers(text) == kept


@given(st.lists(st.sampled_from([*sorted(fillers()), "그", "네", "아까", "음,", "어…", "3"])).map(" ".join))
def test_dropping_fillers_is_idempotent_and_agrees_with_the_normaliser(text: str) -> None:
    once = drop_fillers(text)
    assert drop_fillers(once) == once
    assert drop_fillers(normalise(text)) == normalise(once)
    assert not set(normalise(once).split()) & fillers()


def test_a_million_characters_take_less_than_five_seconds() -> None:
    """The bound is a fifth of the speed that is wanted of ordinary text on one core, for machines that are busy."""
    line = "안녕하세요 고객님 무엇을 도와드릴까요, 오늘 10시에 예약하셨네요. "
    start = time.perf_counter()
    for _ in range(1_000_000 // len(line)):
        parse(line, "plain")
        parse(line, "aihub")
    assert time.perf_counter() - start < 10
