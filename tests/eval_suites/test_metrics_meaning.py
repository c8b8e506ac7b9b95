"""What each metric counts, on texts whose counts can be told by eye."""

from __future__ import annotations

import unicodedata

import pytest

from eval_suites import metrics
from eval_suites.pair import Pair, keyword_form
from eval_suites.tally import Tally


def tally(name: str, reference: str, hypothesis: str, *keywords: str) -> Tally:
    return metrics.get(name).measure(Pair(reference, hypothesis, tuple(map(keyword_form, keywords))))


def counts(name: str, reference: str, hypothesis: str, *keywords: str) -> tuple[int, int, int, int]:
    found = tally(name, reference, hypothesis, *keywords)
    return found.hits, found.substitutions, found.deletions, found.insertions


@pytest.mark.parametrize("name", metrics.names())
def test_decomposed_text_is_the_same_text(name: str) -> None:
    text = "고객님 카드값 3개 공일공 일이삼사 오육칠팔"
    once, again = (
        metrics.get(name).measure(Pair(text, heard, ("카드값",)))
        for heard in (text, unicodedata.normalize("NFD", text))
    )
    assert once == again
    assert again.errors == 0


@pytest.mark.parametrize(
    ("reference", "hypothesis", "plain"),
    [
        ("세 개 주세요", "네 개 주세요.", True),
        ("세 개 주세요", "3개 주세요", False),
        ("３개", "세 개", False),
        ("에이아이 상담", "AI 상담", False),
        ("일 킬로", "1㎏", False),
        ("카페", "café", False),
        ("반", "½", False),
        ("네… “그래요” – 네!", "네 그래요 네", True),
        ("ㅋㅋ 네", "네", True),
        (unicodedata.normalize("NFD", "네"), "네", True),
        ("", "", True),
    ],
)
def test_plain_utterances_hold_no_digit_or_latin_letter_on_either_side(
    reference: str, hypothesis: str, plain: bool
) -> None:
    metric = metrics.get("cer_plain")
    for pair in (Pair(reference, hypothesis), Pair(hypothesis, reference)):
        assert metric.takes(pair) == plain
        assert metric.measure(pair) == (metrics.get("cer").measure(pair) if plain else Tally())


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("네 알겠 습니다", "네 알겠 습니다", (2, 0)),
        ("네 알겠 습니다", "네알겠습니다", (0, 2, 0)),
        ("네알겠습니다", "네 알겠 습니다", (0, 0, 2)),
        ("네 알겠습니다", "네알겠 습니다", (0, 1, 1)),
        ("가 나 다", "가 더 다", (2, 0, 0)),  # a space before a substituted syllable is still one
        ("가 나 다", "가 다", (1, 0, 0)),  # with 나 the space before it is gone: not a matter of spacing
        ("가 나", "가 라 나", (1, 0, 0)),
        ("네 가", "가", (0, 0, 0)),  # nothing stands before 가 where a space could be
        ("네", "", (0, 0, 0)),
    ],
)
def test_spacing_counts_spaces_before_aligned_syllables(
    reference: str, hypothesis: str, expected: tuple[int, ...]
) -> None:
    hits, missed, added = (*expected, 0)[:3]
    assert counts("spacing_f1", reference, hypothesis) == (hits, 0, missed, added)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "hallucinated"),
    [
        ("", "네", True),
        ("", "", False),
        ("...", "시청해 주셔서 감사합니다", True),
        ("네", "네 네", False),
        ("네", "네 시청해 주셔서 감사합니다", True),
        ("안녕하세요 고객님", "안녕하세요 고객님 반가워요", False),  # 4 of 8: not more than half
        ("안녕하세요 고객님", "안녕하세요 고객님 반가워요요", True),
        ("안녕하세요 고객님", "전혀 다른 말씀을", False),
        ("안녕하세요 고객님", "", False),
    ],
)
def test_hallucinations_are_texts_that_nobody_said(reference: str, hypothesis: str, hallucinated: bool) -> None:
    assert tally("hallucination", reference, hypothesis) == Tally(int(not hallucinated), int(hallucinated))


@pytest.mark.parametrize(
    ("reference", "hypothesis", "loops"),
    [
        ("감사합니다", "감사합니다 감사합니다 감사합니다 감사합니다", True),
        ("감사합니다", "감사합니다 감사합니다 감사합니다", False),
        ("네", "네 네 네 네", True),
        ("네 네", "네 네 네 네", True),
        ("네 네 네", "네 네 네 네", False),
        ("네 네 네 네", "네 네 네 네", False),
        ("그래서 말씀드리면", "그래서 그래서 그래서 그래서 말씀드리면", True),
        ("", "그 그 그 그", True),
        ("공공공", "공공공공", False),
        ("공일 " * 11, "공일 " * 11, False),
        ("공일 공이", "공일 " * 11, True),
        ("네", "", False),
        ("해지 신청", "해지 신청 해지 신청 해지 신청 해지 신청", True),
    ],
)
def test_loops_are_four_in_a_row_that_nobody_said(reference: str, hypothesis: str, loops: bool) -> None:
    assert tally("loops", reference, hypothesis) == Tally(int(not loops), int(loops))


@pytest.mark.parametrize(
    ("reference", "hypothesis", "recall", "false"),
    [
        ("카드를 분실했어요", "카드를 분실했어요", (1, 0), (1, 0)),
        ("카드를 분실했어요", "카트를 분실했어요", (0, 1), (0, 0)),
        ("카트를 분실했어요", "카드를 분실했어요", (0, 0), (0, 1)),
        ("카드로는 안 되나요", "카드론 안 되나요", (1, 0), (0, 0)),
        ("카드값이요", "카드값이요", (0, 0), (0, 0)),  # another word
        ("신용카드예요", "신용카드예요", (0, 0), (0, 0)),
        ("자동 이체 해지", "자동이체 해지", (1, 0), (1, 0)),
        ("자동이체신청", "자동이체 신청", (0, 0), (1, 0)),  # no false alarm of spacing
        ("카드 카드 카드", "카드 카드", (2, 1), (2, 0)),
        ("카드", "카드 카드", (1, 0), (1, 1)),
        ("오티피가 없어요", "OTP가 없어요", (1, 0), (1, 0)),
        ("카드 분실", "분실 카드", (1, 0), (1, 0)),
    ],
)
def test_keywords_are_found_under_their_josa_and_spacing(
    reference: str, hypothesis: str, recall: tuple[int, int], false: tuple[int, int]
) -> None:
    keywords = ("카드", "자동 이체", "OTP")
    assert counts("keywords_recall", reference, hypothesis, *keywords) == (recall[0], 0, recall[1], 0)
    assert counts("keywords_false_alarms", reference, hypothesis, *keywords) == (false[0], 0, 0, false[1])
    assert counts("keywords_recall", reference, hypothesis) == (0, 0, 0, 0)


PHONE = "공일공 일이삼사 오육칠팔로 전화 주세요"


@pytest.mark.parametrize(
    ("kind", "reference", "hypothesis", "expected"),
    [
        ("phone", PHONE, "010-1234-5678로 전화 주세요", (1, 0, 0, 0)),
        ("phone", "010-1234-5678로 전화 주세요", PHONE, (1, 0, 0, 0)),
        ("phone", PHONE, "영일영 일이삼사 오육칠팔로 전화 주세요", (1, 0, 0, 0)),
        ("phone", PHONE, "공일공에 일이삼사에 오륙칠팔로 전화 주세요", (1, 0, 0, 0)),
        ("phone", PHONE, "공일공 일이삼사 오육칠구로 전화 주세요", (0, 1, 0, 0)),
        ("phone", PHONE, "공일공 일이삼사 오육칠로 전화 주세요", (0, 1, 0, 0)),
        ("phone", PHONE, "공일공 일이삼사 오육칠팔구로 전화 주세요", (0, 1, 0, 0)),
        ("phone", PHONE, "공공일공 일이삼사 오육칠팔로 전화 주세요", (0, 1, 0, 0)),
        ("phone", PHONE, "", (0, 0, 1, 0)),
        ("phone", PHONE, "네 저 공일공 일이삼사 오육칠팔로 전하 주새요", (1, 0, 0, 0)),
        ("phone", "대표번호 1588-3082고요 112에 신고", "일오팔팔 삼공팔이고요 일일이에 신고", (2, 0, 0, 0)),
        ("phone", "일일이 확인했습니다", "일일이 확인했습니다", (0, 0, 0, 0)),
        ("amount", "이만 삼천 원이요", "23,000원이요", (1, 0, 0, 0)),
        ("amount", "만 원만 주세요", "일만 원만 주세요", (1, 0, 0, 0)),
        ("amount", "이만 삼천 원이요", "이만 사천 원이요", (0, 1, 0, 0)),
        ("amount", "오만 원이요", "십오만 원이요", (0, 1, 0, 0)),
        ("amount", "100달러랑 2억 5천만 원", "백 달러랑 이억 오천만 원", (2, 0, 0, 0)),
        ("amount", "이 원인은 사원이 압니다", "이 원인은 사원이 압니다", (0, 0, 0, 0)),
        ("date", "유월 삼 일까지", "6월 3일까지", (1, 0, 0, 0)),
        ("date", "2024년 12월 25일에", "이천이십사 년 십이월 이십오 일에", (1, 0, 0, 0)),
        ("date", "이공이사 년 시월에", "2024년 10월에", (1, 0, 0, 0)),
        ("date", "유월 삼 일까지", "유월 사 일까지", (0, 1, 0, 0)),
        ("date", "삼 개월 할부로 이월 상품을", "삼 개월 할부로 이월 상품을", (0, 0, 0, 0)),
        ("code", "인증번호 482915입니다", "인증 번호 사팔이구일오입니다", (1, 0, 0, 0)),
        ("code", "인증번호 482915입니다", "인증번호 사팔이구일오오입니다", (0, 1, 0, 0)),
        ("code", "계좌번호 일일공 이삼사 오육칠팔구공이에요", "계좌번호 110-234-567890이에요", (1, 0, 0, 0)),
        ("code", "비밀번호 공팔오이", "비밀번호 0852", (1, 0, 0, 0)),
        ("code", "사이사이 이사 일이 구사일생", "사이사이 이사 일이 구사일생", (0, 0, 0, 0)),
    ],
)
def test_number_strings_are_right_or_wrong_as_a_whole(
    kind: str, reference: str, hypothesis: str, expected: tuple[int, int, int, int]
) -> None:
    assert counts(f"digits_{kind}", reference, hypothesis) == expected
    for other in {"phone", "amount", "date", "code"} - {kind}:
        assert tally(f"digits_{other}", reference, hypothesis) == Tally(), other
