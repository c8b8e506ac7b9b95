"""Laws of the plan with calls, previous text, windows padded to 30 s and windows without speech."""

from __future__ import annotations

import itertools
import math
import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowhisper_tel.data.neighbours import NONE, Before
from kowhisper_tel.data.windows import (
    FIXED_TOKENS,
    MOST_TICKS,
    MOST_TOKENS,
    Batch,
    Packing,
    Window,
    plan,
    plan_epoch,
    ticks,
)

utterances = st.lists(st.tuples(st.floats(0.05, 30.0), st.integers(1, 440)), min_size=1, max_size=90)
calls = st.lists(st.integers(1, 40), min_size=90, max_size=90)
shares = st.sampled_from([0.0, 0.1, 0.4])
packings = st.builds(
    Packing,
    window_s=st.tuples(st.floats(1.0, 15.0), st.floats(15.0, 30.0)),
    batch_seconds=st.floats(5.0, 200.0),
    windows=st.sampled_from(["drawn", "packed", "padded"]),
    previous_share=st.sampled_from([0.0, 0.2, 1.0]),
    full_share=shares,
    nospeech_share=shares,
)


def before_of(sizes: Sequence[int], count: int) -> Before:
    """Calls of these many utterances, one after another in the manifest, up to ``count`` utterances."""
    rows = [NONE if place == 0 else -2 for size in sizes for place in range(size)][:count]
    return np.array([place - 1 if row == -2 else NONE for place, row in enumerate(rows)], np.int32)


def windows_of(batches: Sequence[Batch]) -> list[Window]:
    return [window for batch in batches for window in batch.windows]


@settings(max_examples=60, deadline=None)
@given(utterances, calls, packings, st.integers(0, 9))
def test_the_laws_of_a_plan(rows: list, sizes: list, packing: Packing, epoch: int) -> None:
    durations_s, tokens = zip(*rows, strict=True)
    before = before_of(sizes, len(rows))
    batches = plan_epoch(durations_s, tokens, seed=1, epoch=epoch, packing=packing, before=before)
    assert sorted(i for w in windows_of(batches) for i in w.utterances) == list(range(len(rows)))
    ends_call = set(range(len(rows))) - set(before.tolist())
    for batch in batches:
        assert 0 < batch.length <= MOST_TICKS
        for window in batch.windows:
            heard = window.utterances
            assert sum(window.gaps) + sum(ticks(durations_s[i]) for i in heard) <= batch.length
            assert FIXED_TOKENS + sum(tokens[i] + 2 for i in heard) <= MOST_TOKENS
            assert bool(heard) != bool(window.nospeech)
            assert window.nospeech <= batch.length
            for one, other in itertools.pairwise(heard):
                assert before[other] == one or one in ends_call, "a call's utterances follow one another"
            said = [*window.previous, *heard[:1]]
            assert all(before[other] == one for one, other in itertools.pairwise(said))
            if window.full or packing.windows == "padded":
                assert len(heard) == (0 if window.nospeech else 1)
                assert batch.length == MOST_TICKS
    again = plan_epoch(durations_s, tokens, seed=1, epoch=epoch, packing=packing, before=before)
    assert again == batches


def speechlike(count: int) -> tuple[list[float], list[int]]:
    durations_s = [0.6 + (i * 7919 % 997) / 997 * 6.0 for i in range(count)]
    return durations_s, [round(d * 6) + 1 for d in durations_s]


@pytest.mark.parametrize("form", ["drawn", "packed", "padded"])
def test_shares_hold_within_sampling_error(form: str) -> None:
    durations_s, tokens = speechlike(2500)
    asked = {"previous": 0.1, "full": 0.05, "nospeech": 0.06}
    packing = Packing(windows=form, previous_share=0.1, full_share=0.05, nospeech_share=0.06)
    found = windows_of(
        plan_epoch(durations_s, tokens, seed=3, epoch=0, packing=packing, before=before_of([50] * 50, 2500))
    )
    for kind, share in asked.items():
        expected = 0.0 if (form, kind) == ("padded", "full") else share
        error = 4 * math.sqrt(share * (1 - share) / len(found))
        got = sum(bool(getattr(window, kind)) for window in found) / len(found)
        assert got == pytest.approx(expected, abs=error if expected else 0), kind


def test_a_short_epoch_keeps_the_shares_over_many() -> None:
    durations_s, tokens = speechlike(60)
    packing = Packing(full_share=0.05, previous_share=0.1, batch_seconds=60.0)
    found = [
        window
        for epoch in range(60)
        for window in windows_of(
            plan_epoch(durations_s, tokens, seed=1, epoch=epoch, packing=packing, before=before_of([12] * 5, 60))
        )
    ]
    assert sum(w.full for w in found) / len(found) == pytest.approx(0.05, abs=0.02)
    assert sum(bool(w.previous) for w in found) / len(found) == pytest.approx(0.1, abs=0.03)


def test_batches_cost_the_same_and_little_is_padding() -> None:
    durations_s, tokens = speechlike(2000)
    before = before_of([80, 3, 1, 1, 1, 40] * 100, 2000)
    packing = Packing(previous_share=0.1, full_share=0.03, nospeech_share=0.05)
    batches = plan_epoch(durations_s, tokens, seed=2, epoch=0, packing=packing, before=before)
    computed = [len(batch.windows) * batch.length / 50 for batch in batches]
    assert all(60 < seconds < 165 for seconds in computed)
    useful = [w for b in batches for w in b.windows if not w.full and not w.nospeech]
    room = sum(b.length / 50 for b in batches for w in b.windows if not w.full and not w.nospeech)
    assert sum(durations_s[i] for w in useful for i in w.utterances) / room > 0.85


def test_a_call_fills_its_windows_alone_until_it_ends() -> None:
    durations_s, tokens = speechlike(600)
    before = before_of([100] * 6, 600)
    found = windows_of(plan_epoch(durations_s, tokens, seed=2, epoch=0, before=before))
    for window in found:
        runs = {i // 100 for i in window.utterances}
        assert len(runs) == 1 or any(i % 100 == 99 for i in window.utterances)
    assert sum(len(w.utterances) for w in found) / len(found) > 2


def test_without_calls_nothing_changes() -> None:
    durations_s, tokens = speechlike(300)
    unknown = np.full(300, NONE, np.int32)
    plans = [
        plan_epoch(durations_s, tokens, seed=1, epoch=0, packing=Packing(previous_share=share), before=before)
        for share, before in ((0.0, None), (0.5, None), (0.5, unknown))
    ]
    assert plans[0] == plans[1] == plans[2]
    assert not any(window.previous for window in windows_of(plans[1]))


def test_padded_is_one_utterance_at_once_and_packed_is_30_s() -> None:
    durations_s, tokens = speechlike(400)
    padded = plan_epoch(durations_s, tokens, seed=1, epoch=0, packing=Packing(windows="padded"))
    assert {(b.length, len(b.windows)) for b in padded} == {(MOST_TICKS, 4)}
    assert {w.gaps for w in windows_of(padded)} == {(0,)}
    assert not any(w.full for w in windows_of(padded))
    packed = plan_epoch(durations_s, tokens, seed=1, epoch=0, packing=Packing(windows="packed"))
    assert sum(b.length for b in packed) / len(packed) > 0.97 * MOST_TICKS


def test_full_windows_hold_short_utterances_where_there_are_any() -> None:
    durations_s, tokens = [2.0, 2.0, 2.0, 20.0] * 100, [10] * 400
    packing = Packing(full_share=0.05)
    found = [w for w in windows_of(plan_epoch(durations_s, tokens, seed=1, epoch=0, packing=packing)) if w.full]
    assert len(found) > 4
    # The longest wait until the end, so that the last full window may find no other.
    assert sum(durations_s[w.utterances[0]] == 2.0 for w in found) >= len(found) - 2


def test_long_utterances_alone_are_padded_too() -> None:
    found = windows_of(plan_epoch([20.0] * 200, [10] * 200, seed=1, epoch=0, packing=Packing(full_share=0.1)))
    assert sum(w.full for w in found) / len(found) == pytest.approx(0.1, abs=0.04)


def test_a_plan_is_small() -> None:
    durations_s, tokens = speechlike(5000)
    found = plan(durations_s, tokens, seed=1, epoch=0, before=before_of([20] * 250, 5000))
    assert len(pickle.dumps(found)) / 5000 < 24, "bytes an utterance"
    assert tuple(found) == plan_epoch(durations_s, tokens, seed=1, epoch=0, before=before_of([20] * 250, 5000))


@pytest.mark.parametrize(
    "wrong",
    [{"full_share": -0.1}, {"nospeech_share": 1.0}, {"full_share": 0.6, "nospeech_share": 0.6}, {"windows": "x"}],
)
def test_what_leaves_no_room_for_speech_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError):
        Packing(**wrong)
