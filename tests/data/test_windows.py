"""The plan of an epoch: laws that hold for any durations and token counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.windows import (
    FIXED_TOKENS,
    MOST_LABEL_TOKENS,
    MOST_TICKS,
    MOST_TOKENS,
    Packing,
    plan_epoch,
    ticks,
)

utterances = st.lists(st.tuples(st.floats(0.05, 30.0), st.integers(1, 200)), min_size=1, max_size=120)
packings = st.builds(
    Packing,
    window_s=st.tuples(st.floats(1.0, 15.0), st.floats(15.0, 30.0)),
    batch_seconds=st.floats(5.0, 200.0),
    timestamp_share=st.floats(0, 1),
    gap_s=st.floats(0, 2),
)


@settings(max_examples=60, deadline=None)
@given(utterances, packings, st.integers(0, 99))
def test_each_utterance_is_heard_once_and_every_window_has_room(rows: list, packing: Packing, epoch: int) -> None:
    durations_s, tokens = zip(*rows, strict=True)
    plan = plan_epoch(durations_s, tokens, seed=1, epoch=epoch, packing=packing)
    windows = [(batch, window) for batch in plan for window in batch.windows]
    assert sorted(i for _, window in windows for i in window.utterances) == list(range(len(rows)))
    for batch, window in windows:
        filled = sum(window.gaps) + sum(ticks(durations_s[i]) for i in window.utterances)
        assert filled <= batch.length <= MOST_TICKS
        assert FIXED_TOKENS + sum(tokens[i] + 2 for i in window.utterances) <= MOST_TOKENS
        assert len(window.gaps) == len(window.utterances) > 0
        assert min(window.gaps) >= 0
    assert sum(batch.speech for batch in plan) == sum(map(ticks, durations_s))


@settings(max_examples=20, deadline=None)
@given(utterances, packings)
def test_the_plan_is_a_function_of_its_arguments(rows: list, packing: Packing) -> None:
    durations_s, tokens = zip(*rows, strict=True)
    first, again = (plan_epoch(durations_s, tokens, seed=3, epoch=2, packing=packing) for _ in range(2))
    assert first == again


def test_epochs_and_seeds_differ() -> None:
    durations_s, tokens = [2.0] * 200, [10] * 200
    plans = {plan_epoch(durations_s, tokens, seed=seed, epoch=epoch) for seed in (1, 2) for epoch in (0, 1)}
    assert len({tuple(b.windows for b in plan) for plan in plans}) == 4


def speechlike(count: int) -> tuple[list[float], list[int]]:
    durations_s = [0.6 + (i * 7919 % 997) / 997 * 6.0 for i in range(count)]
    return durations_s, [round(d * 6) + 1 for d in durations_s]


def test_little_is_padding_and_batches_cost_the_same() -> None:
    durations_s, tokens = speechlike(1500)
    plan = plan_epoch(durations_s, tokens, seed=5, epoch=0, packing=Packing(batch_seconds=120.0))
    computed = [len(batch.windows) * batch.length / 50 for batch in plan]
    assert sum(durations_s) / sum(computed) > 0.85
    assert all(60 < seconds < 150 for seconds in computed)
    assert len(plan) == pytest.approx(sum(durations_s) / 120.0, rel=0.15)


def test_lengths_are_drawn_over_the_whole_range_and_half_has_timestamps() -> None:
    durations_s, tokens = speechlike(4000)
    plan = plan_epoch(durations_s, tokens, seed=5, epoch=1)
    lengths_s = [batch.length / 50 for batch in plan]
    assert min(lengths_s) < 8
    assert max(lengths_s) > 26
    windows = [window for batch in plan for window in batch.windows]
    assert 0.4 < sum(window.timestamps for window in windows) / len(windows) < 0.6


@pytest.mark.parametrize(
    ("duration_s", "tokens", "code"),
    [
        (30.01, 5, "window.too_long"),
        (0.0, 5, "window.no_audio"),
        (float("nan"), 5, "window.no_audio"),
        (5.0, MOST_TOKENS - FIXED_TOKENS - 1, "window.too_many_tokens"),
    ],
)
def test_an_utterance_that_no_window_holds_is_named(duration_s: float, tokens: int, code: str) -> None:
    with pytest.raises(UserError) as error:
        plan_epoch([1.0, duration_s], [3, tokens], seed=1, epoch=0, ids=["good", "bad"])
    assert error.value.code == code
    assert "bad" in str(error.value)


def test_the_longest_label_just_fits() -> None:
    assert MOST_LABEL_TOKENS == MOST_TOKENS - FIXED_TOKENS - 2
    (batch,) = plan_epoch([30.0], [MOST_LABEL_TOKENS], seed=1, epoch=0)
    assert batch.length == MOST_TICKS
