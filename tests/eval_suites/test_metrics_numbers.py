"""Which number strings a reference has: the same ones whether it was written or spoken."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval_suites.numbers import find, value
from kowhisper_tel.korean.normalise import normalise
from kowhisper_tel.korean.verbalise.numbers import digits, sino

DRAWS = 200


def found(text: str) -> list[tuple[str, str]]:
    return [(number.kind, number.value) for number in find(normalise(text))]


def figures(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


@pytest.mark.parametrize("josa", ["", "로", "이에요", "예요", "이고요", "입니다", "번으로", "이요"])
def test_any_mobile_number_is_found_with_its_digits(josa: str) -> None:
    draw = random.Random(josa)
    for _ in range(DRAWS // 4):
        groups = [draw.choice(["010", "011", "02", "031", "070"]), figures(draw, draw.choice([3, 4])), figures(draw, 4)]
        said = " ".join(map(digits, groups))
        if josa in ("예요", "이요", "이에요", "이고요") and (josa == "예요") == (said[-1] in "일육칠팔공영삼"):
            continue  # not Korean
        assert found(f"네 {said}{josa} 전화 주세요") == [("phone", "".join(groups))], said
        assert found(f"네 {'-'.join(groups)} 전화 주세요") == [("phone", "".join(groups))]


def test_any_amount_is_found_with_its_value() -> None:
    draw = random.Random(2)
    for _ in range(DRAWS):
        number = draw.randint(1, 999) * 10 ** draw.randint(1, 7)
        for text in (
            f"총 {number}원입니다",
            f"총 {number:,}원이 나왔어요",
            f"총 {sino(number)} 원",
            f"총 {sino(number)}원",
        ):
            assert found(text) == [("amount", f"{number}원")], text
        said = sino(number).replace(" ", "")
        assert value("amount", f"{said}원") == f"{number}원"


def test_any_date_is_found_with_its_value() -> None:
    draw = random.Random(3)
    for _ in range(DRAWS):
        year, month, day = draw.randint(1950, 2049), draw.randint(1, 12), draw.randint(1, 28)
        for text in (f"{year}년 {month}월 {day}일에", f"{year}-{month:02}-{day:02}", f"{year}. {month}. {day}."):
            assert found(text) == [("date", f"{year}-{month}-{day}")], text
        assert found(f"그럼 {month}월 {day}일까지 하죠") == [("date", f"-{month}-{day}")]


def test_any_code_is_found_behind_its_word() -> None:
    draw = random.Random(4)
    for _ in range(DRAWS):
        code = figures(draw, draw.randint(4, 8))
        word = draw.choice(["인증번호", "주문번호는", "비밀번호가", "접수 번호", "회원번호를"])
        assert found(f"{word} {digits(code)}입니다") == [("code", code)], (word, code)


@pytest.mark.parametrize(
    "text",
    [
        "일이 있어서 오이를 사이에 두고",
        "사이사이 이사 갈 일이 구만 리",
        "이 일이 그 일이에요",
        "일일이 다 확인했습니다",
        "백오십이 명이 삼백이 호로 갔어요",
        "세 개 주세요 네 개요",
        "이월된 금액이 오월동주",
        "이월 상품은 이월이 안 되는 일이구나 일이구요",
        "삼 년 동안 이 년 뒤 사 개월",
        "회원님 정원이 몇 명이에요",
        "이 점 영오 퍼센트",
        "구일 씨 사무실은 오이사 갔대요",
        "육이오 전쟁과 사일구 혁명",
        "",
    ],
)
def test_ordinary_talk_has_none(text: str) -> None:
    assert found(text) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("공영일이삼오육팔십천만점원월년에 개", min_size=1, max_size=6), max_size=8).map(" ".join))
def test_whatever_is_found_lies_in_the_text_and_is_right_against_itself(text: str) -> None:
    text = normalise(text)
    syllables, behind = text.replace(" ", ""), 0
    for number in find(text):
        assert behind <= number.start < number.end <= len(syllables)
        behind = number.end
        assert value(number.kind, syllables[number.start : number.end]) == number.value


def test_a_loop_of_digits_is_soon_looked_through() -> None:
    assert len(find("공일 " * 300)) <= 1


@pytest.mark.parametrize("text", ["2월에 만나요", "이월달에요", "이월 삼 일", "이천이십 년 이월"])
def test_february_is_found_where_it_can_be_nothing_else(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["date"]


def test_places_are_of_the_syllables() -> None:
    text = "네 오만 원을 공일공 일이삼사 오육칠팔로 유월 삼 일에"
    syllables = text.replace(" ", "")
    assert [syllables[n.start : n.end] for n in find(text)] == ["오만원", "공일공일이삼사오육칠팔", "유월삼일"]
