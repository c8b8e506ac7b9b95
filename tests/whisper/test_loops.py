"""What is a loop, and what people really say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.whisper.loops import compression_ratio, is_loop, repeats


@pytest.mark.parametrize(
    "text",
    [
        "감사합니다 감사합니다 감사합니다 감사합니다 감사합니다",
        "그래서 이제 " + "그 " * 30,
        "고객님 " + "네" * 25,
        "그래서 " * 7 + "말씀드리면",
        "네, 고객님. 네 고객님! 네, 고객님? 네 고객님. 네… 고객님. 네 고객님!",
        "주소는 서울시 강남구 " + "역삼동 " * 9 + "입니다",
        "뭐 그런 거 " * 60,
    ],
)
def test_loops_are_found(text: str) -> None:
    assert is_loop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "네 네 네 네 네 알겠습니다",
        "공일공 팔팔팔팔 구구구구",
        "아니요 아니요 그게 아니라요",
        "하하하하하하하하 정말요",
        "안녕하세요 안녕하세요 안녕하세요 안녕하세요",
        "여보세요? 여보세요? 여보세요! 여보세요? 여보세요?",
        "빨리 빨리 빨리 빨리 빨리 빨리 좀 해 주세요",
        "고객님 안녕하세요 무엇을 도와드릴까요 네 어제 주문한 상품이 아직 도착하지 않아서 전화드렸습니다",
        "이거 어떨까요? 이거 어떨까요?",
    ],
)
def test_talk_is_not(text: str) -> None:
    assert not is_loop(text)


@given(st.text("가나다라마바사", min_size=5, max_size=40), st.integers(5, 12), st.text("아자차카", max_size=20))
def test_any_stretch_repeated_five_times_is_found(unit: str, times: int, before: str) -> None:
    assert repeats(before + unit * times)


def test_the_ratio_is_that_of_whisper() -> None:
    import zlib

    text = "가나다 " * 20
    assert compression_ratio(text) == len(text.encode()) / len(zlib.compress(text.encode()))
    assert compression_ratio("") == 0.0
