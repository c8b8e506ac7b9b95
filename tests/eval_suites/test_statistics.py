"""The bootstrap finds what was planted, and nothing where nothing was."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from eval_suites.statistics import Interval, bootstrap, paired_bootstrap
from eval_suites.tally import Tally
from kowhisper_tel.core.errors import UserError

LENGTH = 20
Draw = Callable[[np.random.Generator, float], int]


def rows(
    errors: Callable[[np.random.Generator, float], int], seed: int, speakers: int = 30, each: int = 8
) -> pd.DataFrame:
    """Clips of 20 syllables by speakers of different difficulty (the same for every seed)."""
    generator, difficulties = np.random.default_rng(seed), np.random.default_rng(0).uniform(0.05, 0.4, speakers)
    wrong = [errors(generator, difficulty) for difficulty in difficulties for _ in range(each)]
    return pd.DataFrame(
        {
            "suite": "clean",
            "utterance_id": [f"u{number:04}" for number in range(len(wrong))],
            "block": [f"s{speaker}" for speaker in range(speakers) for _ in range(each)],
            "block_kind": "speaker",
            "hits": [LENGTH - w for w in wrong],
            "substitutions": wrong,
            "deletions": 0,
            "insertions": 0,
        }
    )


def plain(generator: np.random.Generator, difficulty: float) -> int:
    return int(generator.binomial(LENGTH, difficulty))


def worse(generator: np.random.Generator, difficulty: float) -> int:
    return int(generator.binomial(LENGTH, difficulty + 0.05))


def test_a_planted_shift_is_found() -> None:
    interval = paired_bootstrap(rows(plain, 1), rows(worse, 2), draws=2000)
    assert interval.low > 0
    assert interval.low < 0.05 < interval.high
    assert interval.delta == pytest.approx(interval.candidate - interval.baseline)
    assert interval.relative == pytest.approx(interval.delta / interval.baseline)
    assert (interval.blocks, interval.kind, interval.strength) == (30, "speaker", "full")


def test_no_shift_covers_zero_about_as_often_as_promised() -> None:
    intervals = [paired_bootstrap(rows(plain, seed), rows(plain, seed + 1000), draws=300) for seed in range(100)]
    covered = sum(interval.low <= 0 <= interval.high for interval in intervals)
    assert 85 <= covered <= 100


def test_the_same_seed_gives_the_same_interval_whatever_the_order_of_rows() -> None:
    baseline, candidate = rows(plain, 1), rows(worse, 2)
    first = paired_bootstrap(baseline, candidate, draws=500, seed=3)
    shuffled = candidate.sample(frac=1, random_state=1), baseline.sample(frac=1, random_state=2)
    assert paired_bootstrap(shuffled[1], shuffled[0], draws=500, seed=3) == first
    assert paired_bootstrap(baseline, candidate, draws=500, seed=4) != first


def test_the_draws_equal_a_plain_loop() -> None:
    generator = np.random.default_rng(5)
    sides = [[Tally(10, int(generator.integers(9)), 0, 1) for _ in range(24)] for _ in range(2)]
    interval = bootstrap(sides[0], sides[1], draws=200, seed=9, level=0.8)
    again, deltas = np.random.default_rng(9), []
    for drawn in again.integers(24, size=(200, 24)):
        one, other = (sum((side[index] for index in drawn), Tally.zero()) for side in sides)
        deltas.append(other.rate - one.rate)
    tail = scipy.stats.norm.sf(scipy.stats.t.ppf(0.9, 23) * np.sqrt(24 / 23))
    reach = np.quantile(np.abs(np.array(deltas) - interval.delta), 1 - 2 * tail)
    assert (interval.low, interval.high) == pytest.approx((interval.delta - reach, interval.delta + reach))
    assert interval.error == pytest.approx(np.sqrt(np.mean((np.array(deltas) - interval.delta) ** 2) * 24 / 23))


def test_few_blocks_get_the_textbook_interval_of_a_mean() -> None:
    """With references of equal length the change is a mean of the blocks' changes."""
    generator = np.random.default_rng(2)
    sides = [[Tally(100 - int(n), int(n)) for n in generator.integers(5, 40, 12)] for _ in range(2)]
    changes = [new.rate - old.rate for old, new in zip(*sides, strict=True)]
    interval = bootstrap(sides[0], sides[1], level=0.9)
    expected = scipy.stats.t.interval(0.9, 11, np.mean(changes), scipy.stats.sem(changes))
    assert interval.method == "t"
    assert (interval.low, interval.high) == pytest.approx(expected)
    assert bootstrap(sides[0] * 2, sides[1] * 2, draws=100).method == "bootstrap"


@pytest.mark.parametrize(("blocks", "times"), [(10, 200), (15, 200), (19, 200), (20, 60)])
def test_equal_systems_are_rarely_called_worse_in_any_of_twelve_groups(blocks: int, times: int) -> None:
    """At the level of Holm's first step. Twelve groups share the speakers, who differ in difficulty and in luck."""
    generator, convicted = np.random.default_rng(blocks), 0
    for _ in range(times):
        difficulty = np.clip(generator.uniform(0.05, 0.4, blocks), 0.01, 0.9)
        luck = generator.normal(0, 0.03, (2, 12, blocks))
        wrong = generator.binomial(200, np.clip(difficulty + luck, 0.01, 0.9))
        sides = [[[Tally(200 - int(n), int(n)) for n in group] for group in side] for side in wrong]
        intervals = (bootstrap(a, b, draws=4000, level=1 - 0.05 / 12) for a, b in zip(*sides, strict=True))
        convicted += any(interval.low > 0 for interval in intervals)
    assert convicted / times <= 0.05


def test_clips_of_nobody_known_only_describe() -> None:
    side = [Tally(9, 1)] * 40
    assert bootstrap(side, side, kind="clip", draws=100).strength == "description"
    assert bootstrap(side, side, kind="call", draws=100).strength == "full"


@pytest.mark.parametrize(("blocks", "strength"), [(9, "description"), (10, "few"), (19, "few"), (20, "full")])
def test_few_blocks_are_said_to_be_few(blocks: int, strength: str) -> None:
    side = [Tally(9, 1)] * blocks
    assert bootstrap(side, side, draws=100).strength == strength


def test_one_block_or_none_has_no_interval() -> None:
    one: Interval = bootstrap([Tally(9, 1)], [Tally(8, 2)], draws=100)
    assert one.delta == pytest.approx(0.1)
    assert np.isnan([one.low, one.high]).all()
    assert np.isnan(bootstrap([], [], draws=100).delta)
    assert np.isnan(bootstrap([Tally(insertions=1)] * 3, [Tally()] * 3, draws=100).delta)


def test_unpaired_clips_are_refused() -> None:
    baseline = rows(plain, 1)
    for other in (baseline.iloc[1:], pd.concat([baseline, baseline.iloc[:1]])):
        with pytest.raises(UserError) as caught:
            paired_bootstrap(baseline, other)
        assert caught.value.exit_code == 4
        assert "u0000" in caught.value.text("en")


def test_ten_thousand_draws_over_many_blocks_are_quick() -> None:
    side = [Tally(90, 10)] * 120
    began = time.perf_counter()
    bootstrap(side, side, draws=10_000)
    assert time.perf_counter() - began < 2.0
