"""Bootstrap, sign-flip and Holm against scipy's and textbooks' own ways, a hundred cases each."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
import scipy.stats
from numpy.typing import NDArray

from eval_suites import metrics
from eval_suites.blocks import Blocks
from eval_suites.rates import ERROR_RATE, F1, FALSE_SHARE, RECALL, Rate
from eval_suites.statistics import Comparison, bootstrap, holm, verdict_allowed
from eval_suites.tally import Tally

RATES = (ERROR_RATE, RECALL, F1, FALSE_SHARE)
CASES = range(100)


def made(case: int, least: int = 2, most: int = 120) -> tuple[list[Tally], list[Tally], Rate]:
    """Both sides' tallies by blocks of very different sizes and difficulties, some with a loop; and a rate."""
    generator = np.random.default_rng([case, least])
    blocks = int(generator.integers(least, most + 1))
    sides: tuple[list[Tally], list[Tally]] = ([], [])
    shift = generator.choice([0.0, 0.02, 0.1])
    for _ in range(blocks):
        length = int(generator.integers(5, 400))
        hard = generator.uniform(0.02, 0.3)
        for side, more in zip(sides, (0.0, shift), strict=True):
            wrong = generator.binomial(length, min(hard * generator.lognormal(0, 0.3) + more, 0.9))
            gone = int(generator.binomial(wrong, 0.3))
            added = int(generator.poisson(length * 0.02)) + 150 * int(generator.random() < 0.02)
            side.append(Tally(length - int(wrong), int(wrong) - gone, gone, added))
    return *sides, RATES[case % len(RATES)]


def counts(side: Sequence[Tally]) -> NDArray[np.float64]:
    return np.array([[t.hits, t.substitutions, t.deletions, t.insertions] for t in side], dtype=float)


def change(rate: Rate, one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of counts [..., 4]."""
    old, new = ((side @ rate.above) / (side @ rate.below) for side in (one, other))
    return np.asarray(new - old)


@pytest.mark.parametrize("case", CASES)
def test_the_interval_is_what_scipys_draws_give(case: int) -> None:
    """The blocks are drawn by scipy; the ends are then read as described. Equal within what draws differ by.

    Its plain percentiles lie near: an end may differ by skewness, the width by the expansion.
    """
    one, other, rate = made(case, 20)
    interval = bootstrap(one, other, rate=rate, seed=case)

    def statistic(index: NDArray[np.int64], axis: int) -> NDArray[np.float64]:
        return change(rate, counts(one)[index].sum(axis=-2), counts(other)[index].sum(axis=-2))

    blocks = len(one)
    drawn = scipy.stats.bootstrap(
        (np.arange(blocks),), statistic, n_resamples=4000, batch=500, rng=np.random.default_rng(case),
        method="percentile",
    )  # fmt: skip
    assert interval.error == pytest.approx(drawn.standard_error * np.sqrt(blocks / (blocks - 1)), rel=0.08)
    wide = scipy.stats.norm.cdf(scipy.stats.t.ppf(0.975, blocks - 1) * np.sqrt(blocks / (blocks - 1)))
    reach = np.quantile(np.abs(drawn.bootstrap_distribution - interval.delta), 2 * wide - 1)
    width = interval.high - interval.low
    assert width / 2 == pytest.approx(reach, rel=0.08)
    assert (interval.high + interval.low) / 2 == pytest.approx(interval.delta)
    ends = drawn.confidence_interval.low, drawn.confidence_interval.high
    assert ends == pytest.approx((interval.low, interval.high), abs=width / 4)


@pytest.mark.parametrize("case", CASES)
def test_p_of_all_swaps_is_scipys(case: int) -> None:
    one, other, rate = made(case, 2, 12)

    def statistic(x: NDArray[np.int64], axis: int) -> NDArray[np.float64]:
        """The sign says which way round a block stands."""
        swapped = (np.asarray(x) < 0)[..., None]
        sides = counts(one), counts(other)
        old, new = (np.where(swapped, sides[1 - n], sides[n]).sum(axis=-2) for n in (0, 1))
        return np.round(change(rate, old, new), 12)

    exact = scipy.stats.permutation_test(
        (np.ones(len(one)),), statistic, permutation_type="samples", n_resamples=np.inf, vectorized=True
    )
    assert bootstrap(one, other, rate=rate, draws=10).p == exact.pvalue


@pytest.mark.parametrize("case", CASES)
def test_p_of_random_swaps_is_scipys_within_what_draws_differ_by(case: int) -> None:
    one, other, rate = made(case, 15, 60)
    found = bootstrap(one, other, rate=rate, seed=case).p
    generator = np.random.default_rng(case)
    sides = counts(one), counts(other)
    swapped = generator.random((4000, len(one), 1)) < 0.5
    old, new = (np.where(swapped, sides[1 - n], sides[n]).sum(axis=1) for n in (0, 1))
    seen = abs(float(change(rate, sides[0].sum(axis=0), sides[1].sum(axis=0))))
    p = np.mean(np.abs(change(rate, old, new)) >= seen - 1e-12)
    assert found == pytest.approx(p, abs=5 * np.sqrt(max(p * (1 - p), 1e-3) * (1 / 4000 + 1 / 10_000)))
    assert found >= 1 / 10_001


def test_p_by_hand() -> None:
    """Blocks of equal length: the change is a mean of differences, and its signs are what is tossed."""
    differences = (3, -1, 4, 1, 5)
    one = [Tally(90, 10)] * 5
    other = [Tally(90 - d, 10 + d) for d in differences]
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True)) for signs in itertools.product((1, -1), repeat=5)
    ]
    assert bootstrap(one, other).p == sum(abs(total) >= sum(differences) for total in sums) / 32
    assert bootstrap(one, one).p == 1.0
    assert bootstrap(one[:1], other[:1]).p == 1.0
    assert np.isnan(bootstrap([], []).p)


def test_p_of_equal_systems_is_uniform() -> None:
    """Half of them below one half, 5 % below 0.05: with exact swaps and with drawn ones."""
    for blocks in (8, 30):
        generator, found = np.random.default_rng(blocks), []
        for _ in range(400):
            sides = generator.integers(0, 40, (2, blocks))
            one, other = ([Tally(100 - int(n), int(n)) for n in side] for side in sides)
            found.append(bootstrap(one, other, draws=500).p)
        assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.08)
        assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.05, abs=0.035)


@pytest.mark.parametrize("name", metrics.names())
def test_every_metrics_own_rate_is_compared(name: str) -> None:
    rate = metrics.get(name).rate
    one, other = [Tally(60, 20, 10, 15)] * 21, [Tally(70, 10, 10, 5)] * 21
    interval = bootstrap(one, other, rate=rate, draws=50)
    assert interval.baseline == pytest.approx(rate.of(sum(one, Tally())))
    assert interval.candidate == pytest.approx(rate.of(sum(other, Tally())))
    assert interval.higher_is_better == rate.higher_is_better
    assert interval.loss[0] < 0  # fewer errors of every kind: better whichever way it counts
    assert interval.loss[1] <= interval.loss[0] <= interval.loss[2]


def comparison(case: int, shift: float, blocks: int = 30) -> Comparison:
    generator = np.random.default_rng(case)
    wrong = generator.integers(5, 25, (2, blocks))
    one, other = ([Tally(100 - int(n), int(n)) for n in side] for side in (wrong[0], wrong[1] + round(100 * shift)))
    return Comparison(Blocks.of_tallies(one, other), draws=1000)


def test_holm_is_the_step_down_by_p() -> None:
    """With p for the level at which an interval just touches 0, decided one after the other as Holm wrote it."""
    for case in range(12):
        shifts = np.random.default_rng(case).choice([0.0, 0.02, 0.04, 0.08, -0.05], 8)
        groups = {f"g{n}": comparison(100 * case + n, shift) for n, shift in enumerate(shifts)}
        p = {}
        for name, one in groups.items():
            low, high = 0.0, 1.0 - 1e-9
            for _ in range(30):
                middle = (low + high) / 2
                low, high = (middle, high) if one.at(middle).excludes_zero else (low, middle)
            p[name] = 1 - low
        rejected = set()
        for step, name in enumerate(sorted(p, key=lambda name: p[name])):
            if p[name] > 0.05 / (len(p) - step):
                break
            rejected.add(name)
        intervals = holm(groups)
        assert list(intervals) == list(groups)
        assert {name for name, interval in intervals.items() if interval.excludes_zero} == rejected
        level = 1 - 0.05 / (len(groups) - len(rejected)) if len(rejected) < len(groups) else None
        assert all(level == pytest.approx(i.level) for name, i in intervals.items() if name not in rejected)


def test_holm_counts_only_groups_that_allow_a_verdict() -> None:
    groups = {"many": comparison(1, 0.0), "few": comparison(2, 0.3, 12), "handful": comparison(3, 0.3, 9)}
    intervals = holm(groups)
    assert {name: verdict_allowed(interval) for name, interval in intervals.items()} == {
        "many": True,
        "few": True,
        "handful": False,
    }
    assert intervals["few"].level == pytest.approx(1 - 0.05 / 2)
    assert intervals["many"].level == pytest.approx(0.95)
    assert intervals["handful"].level == 0.95
    assert holm({}) == {}


def test_far_levels_go_on_smoothly_beyond_the_draws() -> None:
    """Where less than 20 draws lie outside, it goes on as a normal tail does: near what more draws give."""
    few, many = (Comparison(comparison(5, 0.05).blocks, draws) for draws in (2000, 100_000))
    widths = [few.at(1 - 10**-power).high for power in np.arange(1, 9, 0.25)]
    assert (np.diff(widths) > 0).all()
    assert max(np.diff(widths)) < 3 * min(np.diff(widths))
    assert few.at(0.9999).high - few.at(0.9999).delta == pytest.approx(
        many.at(0.9999).high - many.at(0.9999).delta, rel=0.1
    )
