"""Bands: the rate itself with its interval, the same for whatever order, paired, and no surer than blocks allow."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval_suites.bands import Band, bands
from eval_suites.statistics import bootstrap
from eval_suites.tally import Tally

COUNTS = ["hits", "substitutions", "deletions", "insertions"]


def rows(blocks: int, clips: int = 4, *, seed: int = 1, suite: str = "s", model: str = "m") -> pd.DataFrame:
    draw = random.Random(seed)
    made: list[dict[str, Any]] = []
    for block in range(blocks):
        rate = draw.uniform(0.05, 0.4)
        for clip in range(clips):
            wrong = sum(draw.random() < rate for _ in range(12))
            made.append(
                {"model": model, "suite": suite, "utterance_id": f"{block}-{clip}", "block": f"b{block}",
                 "block_kind": "speaker", "hits": 12 - wrong, "substitutions": wrong, "deletions": 0,
                 "insertions": int(draw.random() < rate)}
            )  # fmt: skip
    return pd.DataFrame(made)


def only(found: dict[tuple[str, ...], Band]) -> Band:
    assert len(found) == 1
    return next(iter(found.values()))


def tallies(frame: pd.DataFrame) -> list[Tally]:
    sums = frame.groupby("block", sort=True)[COUNTS].sum()
    return [Tally(*map(int, row)) for row in sums.itertuples(index=False)]


@given(st.integers(2, 40), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_the_rate_is_of_sums_and_lies_in_its_band(blocks: int, seed: int) -> None:
    frame = rows(blocks, seed=seed)
    band = only(bands(frame, ("model", "suite"), draws=200))
    assert band.rate == pytest.approx(sum(tallies(frame)).rate)  # type: ignore[union-attr]
    assert 0 <= band.low <= band.rate <= band.high
    assert (band.blocks, band.clips, band.kind) == (blocks, len(frame), "speaker")


def test_few_blocks_have_students_interval_of_the_jackknife() -> None:
    frame = rows(9)
    band = only(bands(frame, ("model",)))
    counts = np.array([(t.errors, t.reference_length) for t in tallies(frame)], float)
    errors, lengths = (counts.sum(axis=0) - counts).T
    without = errors / lengths
    spread = math.sqrt(8 / 9 * ((without - without.mean()) ** 2).sum())
    assert band.high - band.rate == pytest.approx(2.306 * spread, rel=1e-3)  # t of 8 degrees of freedom, 97.5 %
    assert (band.method, band.strength) == ("t", "description")
    assert only(bands(rows(12), ("model",))).strength == "few"


def test_against_the_comparison_with_a_model_that_errs_nowhere() -> None:
    """The change to a rate of 0 is the rate, and so is its interval."""
    frame = rows(60)
    band = only(bands(frame, ("model",), draws=4000, seed=3))
    interval = bootstrap([Tally(hits=1)] * 60, tallies(frame), draws=4000, seed=4)
    assert band.method == "bootstrap"
    assert band.strength == "full"
    assert (band.low, band.high) == pytest.approx((interval.low, interval.high), rel=0.03)


def test_order_decides_nothing_and_equal_models_have_equal_bands() -> None:
    both = pd.concat([rows(30), rows(30, model="n"), rows(25, suite="t", seed=2)])
    found = bands(both, ("model", "suite"), draws=300)
    assert found == bands(both.sample(frac=1, random_state=5), ("model", "suite"), draws=300)
    assert found["m", "s"] == found["n", "s"]
    assert (found["m", "t"].blocks, found["m", "t"].clips) == (25, 100)


def test_clips_of_nobody_are_only_described() -> None:
    frame = rows(40).assign(block_kind="clip")
    assert only(bands(frame, ("model",), draws=100)).strength == "description"


def test_nothing_said_has_no_rate_and_one_block_no_interval() -> None:
    band = only(bands(rows(30).assign(hits=0, substitutions=0), ("model",), draws=50))
    assert math.isnan(band.rate)
    assert math.isnan(band.low)
    one = only(bands(rows(1), ("model",)))
    assert one.rate == one.rate
    assert math.isnan(one.low)
    assert math.isnan(one.high)
    assert bands(rows(3).iloc[:0], ("model",)) == {}
