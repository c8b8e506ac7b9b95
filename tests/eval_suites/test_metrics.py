"""The contract that every metric keeps, and the alignment that they share."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval_suites import alignment, metrics
from eval_suites.pair import Pair
from eval_suites.rates import ERROR_RATE, F1, FALSE_SHARE, RECALL
from eval_suites.score import Score, score
from eval_suites.tally import Tally
from kowhisper_tel.core.errors import UserError

WORDS = (
    "카드를",
    "자동",
    "이체",
    "네",
    "네네",
    "공일공",
    "일이삼사에",
    "오만",
    "원이요",
    "유월",
    "삼",
    "일",
    "OK",
    "3개",
    "ㅋㅋ",
)
texts = st.lists(st.sampled_from(WORDS) | st.text("가나다라마ab1 .", max_size=5), max_size=9).map(" ".join)
keywords = ("카드", "자동이체")


def pair(reference: str, hypothesis: str) -> Pair:
    return Pair(reference, hypothesis, keywords)


@pytest.mark.parametrize("name", metrics.names())
@settings(max_examples=50, deadline=None)
@given(reference=texts, hypothesis=texts)
def test_every_metric_keeps_the_contract(name: str, reference: str, hypothesis: str) -> None:
    metric = metrics.get(name)
    assert metric.name == name
    assert metric.version
    for shown in (metric.title, metric.token):
        assert set(shown) == {"en", "ko"}
        assert all(shown.values())
    itself = metric.measure(pair(reference, reference))
    assert itself.errors == 0
    assert metric.rate.of(itself) in ((1.0,) if metric.higher_is_better else (0.0,)) or not itself.hits
    counted = metric.measure(pair(reference, hypothesis))
    assert counted == metric.measure(pair(f" {reference} ", f"{hypothesis}  ")), "outer space says nothing"
    if not metric.takes(pair(reference, hypothesis)):
        assert counted == Tally()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(texts, texts), max_size=6), st.integers(0, 6))
def test_a_whole_scores_as_the_sum_of_its_parts(many: list[tuple[str, str]], cut: int) -> None:
    pairs = [pair(*one) for one in many]
    names = metrics.names()
    whole = score(pairs, names)
    assert whole == score(pairs[:cut], names) + score(pairs[cut:], names)
    for name in names:
        assert whole.tallies[name] == sum(map(metrics.get(name).measure, pairs), Tally())
        assert whole.counted[name] == sum(map(metrics.get(name).takes, pairs))


@settings(max_examples=100, deadline=None)
@given(texts, texts)
def test_the_nearest_readings_are_no_worse_than_the_fixed_ones(reference: str, hypothesis: str) -> None:
    one = pair(reference, hypothesis)
    assert metrics.get("cer_reading").measure(one).errors <= metrics.get("cer").measure(one).errors


def test_scores_of_other_metrics_do_not_add() -> None:
    with pytest.raises(ValueError, match="wer"):
        score([], ["cer"]) + score([], ["wer"])
    with pytest.raises(TypeError):
        score([], ["cer"]) + 1  # type: ignore[operator]


def test_nothing_to_count_has_no_rate() -> None:
    empty = score([Pair("", "네")], metrics.names())
    assert {
        name: empty.rate(name) for name in ("cer", "spacing_f1", "keywords_recall", "digits_phone")
    } == dict.fromkeys(("cer", "spacing_f1", "keywords_recall", "digits_phone"))
    assert empty.rate("hallucination") == 1.0
    assert empty.to_json()["cer"] is None
    assert Score(0, {}, {}).to_json()["utterances"] == 0


def test_rates_are_of_counts() -> None:
    tally = Tally(hits=6, substitutions=1, deletions=3, insertions=2)
    assert ERROR_RATE.of(tally) == tally.rate == 0.6
    assert RECALL.of(tally) == 0.6
    assert FALSE_SHARE.of(tally) == 0.25
    precision, recall = 6 / (6 + 1 + 2), 6 / (6 + 1 + 3)
    assert F1.of(tally) == pytest.approx(2 * precision * recall / (precision + recall))
    assert [rate.higher_is_better for rate in (ERROR_RATE, RECALL, FALSE_SHARE, F1)] == [False, True, False, True]


@given(texts, texts)
def test_alignment_covers_both_texts_in_order(reference: str, hypothesis: str) -> None:
    edits = alignment.align(reference, hypothesis)
    assert [i for e in edits for i in range(e.start, e.end)] == list(range(len(reference)))
    assert [i for e in edits for i in range(e.hypothesis_start, e.hypothesis_end)] == list(range(len(hypothesis)))
    for edit in edits:
        same = reference[edit.start : edit.end] == hypothesis[edit.hypothesis_start : edit.hypothesis_end]
        assert same == (edit.kind == "hit")
    tally = alignment.tally(reference, hypothesis)
    assert (tally.reference_length, tally.hypothesis_length) == (len(reference), len(hypothesis))
    assert tally == alignment.count(edits)


def test_alignment_counts_each_kind() -> None:
    assert alignment.tally("가나다라", "가너다라마") == Tally(hits=3, substitutions=1, insertions=1)
    assert alignment.tally("가나", "") == Tally(deletions=2)


def test_an_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(UserError) as caught:
        metrics.get("bleu")
    assert "cer_spaces" in caught.value.text("en")
    assert "cer_spaces" in caught.value.text("ko")


def test_the_issue_s_metrics_are_there() -> None:
    assert set(metrics.names()) >= {
        "cer", "cer_spaces", "cer_raw", "cer_reading", "cer_plain", "wer", "swer", "jer", "spacing_f1", "digits_phone",
        "digits_amount", "digits_date", "digits_code", "keywords_recall", "keywords_false_alarms", "hallucination",
        "loops",
    }  # fmt: skip


def test_no_metric_depends_on_what_was_measured_before() -> None:
    one = pair("카드를 공일공 일이삼사", "카드 공일공 일이삼오")
    order = list(metrics.names())
    first = {name: metrics.get(name).measure(one) for name in order}
    random.Random(1).shuffle(order)
    assert first == {
        name: metrics.get(name).measure(pair("카드를 공일공 일이삼사", "카드 공일공 일이삼오")) for name in order
    }
