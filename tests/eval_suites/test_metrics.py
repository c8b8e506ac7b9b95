"""Metrics against jiwer, and the contract that every metric keeps."""

from __future__ import annotations

import jiwer
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eval_suites import alignment, metrics
from eval_suites.tally import Tally
from kowhisper_tel.core.errors import UserError

texts = st.lists(st.text(st.sampled_from("가나다라마바사ab"), min_size=1, max_size=6), max_size=8).map(" ".join)


def counts(output: jiwer.CharacterOutput | jiwer.WordOutput) -> tuple[int, int]:
    return output.hits + output.substitutions + output.deletions, (
        output.substitutions + output.deletions + output.insertions
    )


@settings(max_examples=300, deadline=None)
@given(texts, texts)
def test_rates_equal_jiwer(reference: str, hypothesis: str) -> None:
    assume(reference)
    oracles = {
        "cer": jiwer.process_characters(reference.replace(" ", ""), hypothesis.replace(" ", "")),
        "cer_spaces": jiwer.process_characters(reference, hypothesis),
        "wer": jiwer.process_words(reference, hypothesis),
    }
    for name, oracle in oracles.items():
        tally = metrics.get(name).measure(reference, hypothesis)
        assert (tally.reference_length, tally.errors) == counts(oracle), name


@pytest.mark.parametrize("name", metrics.names())
@settings(max_examples=50, deadline=None)
@given(reference=texts, hypothesis=texts)
def test_every_metric_keeps_the_contract(name: str, reference: str, hypothesis: str) -> None:
    metric = metrics.get(name)
    assert metric.name == name
    assert metric.version
    assert set(metric.title) == {"en", "ko"}
    assert metric.measure(reference, reference).errors == 0
    assert metric.measure(reference, hypothesis) == metric.measure(f" {reference} ", f"{hypothesis}  ")


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


def test_alignment_counts_each_kind() -> None:
    assert alignment.tally("가나다라", "가너다라마") == Tally(hits=3, substitutions=1, insertions=1)
    assert alignment.tally("가나", "") == Tally(deletions=2)


def test_a_loop_that_was_spoken_is_none() -> None:
    spoken = "공일 " * 11
    assert metrics.get("loops").measure(spoken, spoken).errors == 0
    assert metrics.get("loops").measure("공일 공이", spoken).errors == 1


def test_an_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(UserError) as caught:
        metrics.get("bleu")
    assert "cer_spaces" in caught.value.text("en")
    assert "cer_spaces" in caught.value.text("ko")
