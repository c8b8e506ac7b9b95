"""Phrases of calls with their readings, written down before the rules were run on them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kowhisper_tel.korean.verbalise import verbalise

with Path(__file__).with_name("phrases.tsv").open(encoding="utf-8") as lines:
    ROWS = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
"""``said`` is the form the rules give; ``also`` lists others that are as right."""

CATEGORIES = sorted({row["category"] for row in ROWS})


def test_there_are_phrases() -> None:
    assert len(ROWS) >= 1000
    assert len(CATEGORIES) >= 25


@pytest.mark.parametrize("category", CATEGORIES)
def test_phrases(category: str) -> None:
    rows = [row for row in ROWS if row["category"] == category]
    wrong = [(row["written"], said) for row in rows if (said := verbalise(row["written"])) != row["said"]]
    assert not wrong


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("상담원 2분 대기", "상담원 이 분 대기"),
        ("생년월일 1990년 12월 25일", "생년월일 천구백구십 년 십이월 이십오 일"),
        ("인증번호 1234 100원", "인증번호 일이삼사 백 원"),
        ("접수번호 1234번", "접수번호 일이삼사 번"),
        ("****-5678", "****-오육칠팔"),
        ("1588 2000원", "천오백팔십팔 이천 원"),
        ("차량 3대 보험", "차량 세 대 보험"),
        ("제가 3번, 남편이 2번 전화했어요", "제가 세 번, 남편이 두 번 전화했어요"),
        ("조회는 1번, 변경은 2번", "조회는 일 번, 변경은 이 번"),
        ("1번은 요금, 2번은 기타", "일 번은 요금, 이 번은 기타"),
        ("1번은 봐줬어요", "한 번은 봐줬어요"),
        ("오전 10시~오후 3시", "오전 열 시에서 오후 세 시"),
        ("3월~5월", "삼월에서 오월"),
        ("10%~20%", "십 퍼센트에서 이십 퍼센트"),
        ("네~ 3개요~ 2개는", "네~ 세 개요~ 두 개는"),
        ("버전 10.04.02", "버전 십 점 영사 점 영이"),
        ("12*35", "십이*삼십오"),
        ("010 - 1234 - 5678", "공일공 일이삼사 오육칠팔"),
        ("1500 2000", "천오백 이천"),
        ("3대2로 졌어요", "삼 대 이로 졌어요"),
        ("5대은행", "오대 은행"),
        ("봉투 3봉투", "봉투 세 봉투"),
        ("3개~5개", "세 개에서 다섯 개"),
        ("05.03.05", "공오 년 삼월 오 일"),
        ("국번없이 1577", "국번없이 일오칠칠"),
    ],
)
def test_neighbours(written: str, said: str) -> None:
    """What stands near the phrases and is read otherwise."""
    assert verbalise(written) == said
