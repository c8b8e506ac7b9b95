"""Masking: numbers of persons go, however they are said; everything else stays, and so does every length."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.korean.mask import MASK, mask, spans

_FILE = Path(__file__).with_name("numbers_said.py")
_SPEC = importlib.util.spec_from_file_location("numbers_said", _FILE)
assert _SPEC
assert _SPEC.loader
said = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(said)


def recall(errors: int | None, cases: int = 600) -> float:
    """The share of drawn numbers of which nothing is left to read; ``None``: written in digits."""
    whole = 0
    for case in range(cases):
        draw = random.Random(f"{errors} {case}")
        groups = said.digits(draw.choice(list(said.KINDS)), draw)
        text, places = said.written(groups, draw) if errors is None else said.spoken(groups, draw, errors)
        masked = mask(text)
        whole += all(masked[place] == MASK for place in places)
    return whole / cases


@pytest.mark.parametrize(("errors", "least"), [(None, 0.995), (0, 0.999), (1, 0.99), (2, 0.96)])
def test_numbers_are_found(errors: int | None, least: float) -> None:
    assert recall(errors) >= least


@pytest.mark.parametrize(
    "text",
    [
        "팔천이백만 원이고 이천이십사 년 삼월 십오 일",
        "이천이백이십이만 이천이백이십이 원입니다",
        "1,234,567원",
        "2024-01-15 10:30",
        "2019 2020 2021",
        "이 일이 사실 이사 오고 구월에",
        "하나 둘 셋 넷",
        "3.141592653",
        "삼 점 일사일오구이",
        "20240115103000",
        "유월 삼 일에 만 오천 원",
        "일이 많아서 이사 일정이 바뀌었어요",
        "사이사이 이 일 저 일",
        "오늘 오후 세 시 이십오 분",
        "삼사 일 걸려요",
        "192.168.100.100",
        "네 네 네 네 네 네 네 네",
        "서울시 마포구 월드컵로 이백이십 번지",
        "구구단을 외워 보자",
        "이이는 이 공식이 이상하다고",
        "전화 주세요",
        "12,345,678명",
        "2023년 10월 15일 오후 3시 30분",
        "15만 3천 200원",
        "3학년 2반 15번, 1번 2번 3번 4번 5번 6번",
        "2,345,678",
        "1 2 3 4 5 6 7 8 9 10",
        "100에 200에 300을 더하면",
        "2019에 2020에 2021에도",
    ],
)
def test_amounts_dates_and_words_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("제 번호는 공일공 네 일이삼사 어 오육칠팔이에요", "제 번호는 ●●● ● ●●●● ● ●●●●●에요"),
        ("공일공에 천이백삼십사에 오천육백칠십팔", "●●●● ●●●●●●● ●●●●●●●"),
        ("900101-1234567", "●●●●●●-●●●●●●●"),
        ("+82 10-1234-5678", "+●● ●●-●●●●-●●●●"),
        ("０１０－１２３４－５６７８", "●●●－●●●●－●●●●"),
        ("hong.gildong@example.co.kr로", "●●●●.●●●●●●●@●●●●●●●.●●.●●로"),
        ("12가 3456", "●●● ●●●●"),
        ("rec_01012345678_0001", "rec_●●●●●●●●●●●_0001"),
        ("비밀번호 공팔오이", "비밀번호 ●●●●"),
        ("오육칠팔이요", "●●●●●요"),
        ("공 일 공 일 이 삼 사 오 육 칠 팔", "● ● ● ● ● ● ● ● ● ● ●"),
        ("0 1 0 1 2 3 4 5 6 7 8", "● ● ● ● ● ● ● ● ● ● ●"),
        ("영 일 영 에 일 이 삼 사 에 오 육 칠 팔", "● ● ● ● ● ● ● ● ● ● ● ● ●"),
        ("010에 1234에 5678이요", "●●●● ●●●●● ●●●●●요"),
        ("공일공 1234 네 5678", "●●● ●●●● ● ●●●●"),
        ("카드 번호는 1234 네 5678 네 9012 네 3456", "카드 번호는 ●●●● ● ●●●● ● ●●●● ● ●●●●"),
        ("공일공 둘둘삼넷 오육칠하나", "●●● ●●●● ●●●●●"),
    ],
)
def test_known_cases(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_said_addresses_go() -> None:
    masked = mask("제 메일은 에이비씨일이삼 골뱅이 네이버 닷컴이에요")
    assert masked.startswith("제 메일은 ●")
    assert "네이버" not in masked
    assert "에이비씨" not in masked


@given(st.text(alphabet="공일이삼사오육칠팔구네어 에이요010-2.@가나abc●", max_size=40))
def test_lengths_stay_and_masked_text_stays_masked(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert all(one in (other, MASK) for one, other in zip(masked, text, strict=True))
    assert all(character == MASK or not character.isalnum() for s in spans(text) for character in masked[slice(*s)])


def test_long_texts_are_soon_done() -> None:
    text = "공일공 일이삼사 " * 2000 + "이 일 저 일 " * 2000
    assert mask(text).count(MASK) >= 14000


def test_ordinary_talk_is_left_alone(shared: Path) -> None:
    """TEDx talks name no telephone number: at most one text in a thousand may be touched."""
    lines = [
        json.loads(line)["text"]
        for split in ("train", "dev")
        for line in (shared / "data" / "korean_talks" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert sum(bool(spans(line)) for line in lines) <= len(lines) / 1000
