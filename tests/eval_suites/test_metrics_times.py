"""Metrics of what tuning may forget, and of text where nobody speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_suites import metrics
from eval_suites.metrics.sentence_marks import count, marked
from eval_suites.pair import Pair
from eval_suites.tally import Tally

SPEECH = ((0.5, 3.0), (4.2, 7.0), (8.5, 10.0))


def timed(*spans: tuple[float, float], speech: tuple[tuple[float, float], ...] = SPEECH) -> Tally:
    segments = tuple((start, end, "네") for start, end in spans)
    return metrics.get("timestamps").measure(Pair("네", "네" if spans else "", speech=speech, segments=segments))


def test_boundaries_at_pauses_are_hits() -> None:
    assert timed(*SPEECH) == Tally(hits=2)
    assert timed((0.0, 3.5), (3.5, 8.0), (8.0, 11.0)) == Tally(hits=2), "one boundary finds a pause"
    assert timed((0.0, 2.55), (4.65, 10.0)) == Tally(hits=1, deletions=1), "half a second is near enough"
    assert timed((0.0, 2.4), (2.4, 10.0)) == Tally(deletions=2, insertions=1)
    assert timed((0.0, 10.5)) == Tally(deletions=2)
    assert timed() == Tally(deletions=2)
    assert timed((0.0, 1.5), (1.5, 5.5), (5.5, 11.0)) == Tally(deletions=2, insertions=2)


def test_times_count_only_where_both_sides_tell_them() -> None:
    metric = metrics.get("timestamps")
    for pair in (
        Pair("네", "네", segments=((0.0, 1.0, "네"),)),
        Pair("네", "네", speech=SPEECH),  # an engine that tells no times
        Pair("네", "네", speech=SPEECH[:1], segments=((0.0, 1.0, "네"),)),
    ):
        assert not metric.takes(pair)
        assert metric.measure(pair) == Tally()


def test_sentence_marks_are_looked_for_at_their_places() -> None:
    def marks(reference: str, hypothesis: str) -> Tally:
        return metrics.get("sentence_marks").measure(Pair(reference, hypothesis))

    assert marks("네. 알겠습니다.", "네, 알겠습니다.") == Tally(hits=1, deletions=1)
    assert marks("맞나요? 네!", "맞나요. 네…") == Tally(hits=2)
    assert marks("맞아요.", "맞아. 요.") == Tally(hits=1, insertions=1)
    assert marks("3.5배요.", "3.5 배요") == Tally(deletions=1)
    assert marks("알겠습니다。", "알겠습니다 .") == Tally(hits=1)
    assert marks("네 알겠습니다", "네. 알겠습니다.") == Tally(), "labels without marks ask for none"


@pytest.mark.parametrize(("text", "number"), [("", 0), ("...", 1), ("네?! 3.5, 4,000.", 2), ("음… … 네", 1), ("_", 0)])
def test_marks_are_counted(text: str, number: int) -> None:
    assert count(text) == number


@given(st.text("가나 .?!,", max_size=20))
def test_marked_texts_stay_as_they_are(text: str) -> None:
    assert marked(marked(text)) == marked(text)


def test_english_is_scored_as_english() -> None:
    def words(reference: str, hypothesis: str) -> Tally:
        return metrics.get("wer_english").measure(Pair(reference, hypothesis))

    assert words("I can't pay twenty dollars.", "i can not pay $20") == Tally(hits=5)
    assert words("Hello, Mr. Kim", "hello mister lim") == Tally(hits=2, substitutions=1)
    assert words("hello", "") == Tally(deletions=1)
    assert words("헬로 Kim", "hello kim") == Tally()
    assert not metrics.get("wer_english").takes(Pair("", "hello"))


@pytest.mark.parametrize("text", [".", "음", "♪", "감사합니다", "…", "(웃음)"])
def test_where_nobody_speaks_any_text_is_invented(text: str) -> None:
    metric = metrics.get("hallucination")
    assert metric.measure(Pair("", text)).errors == 1
    assert metric.measure(Pair(" ", f" {text} ")).errors == 1
    assert metric.measure(Pair("", "  ")).errors == 0


def test_a_filler_for_a_filler_is_nothing_invented() -> None:
    assert metrics.get("hallucination").measure(Pair("음", "음.")).errors == 0
    assert metrics.get("hallucination").measure(Pair("음", "감사합니다")).errors == 1


def test_a_call_of_half_an_hour_is_no_loop_for_its_length() -> None:
    said = " ".join(f"고객님 주문 번호 {n}번 상품은 {n % 12 + 1}월에 보내 드렸습니다" for n in range(3))
    talk = " ".join(f"{said} {chr(0xAC00 + 37 * n % 11172)}{chr(0xAC00 + 91 * n % 11172)}씨" for n in range(200))
    one = Pair(talk, talk.replace("보내", "보네", 1))
    assert metrics.get("loops").measure(one).errors == 0
    assert metrics.get("loops").measure(Pair(talk, talk + " 그래서" * 30)).errors == 1
