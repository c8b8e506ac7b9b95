"""Power: what is said to be detectable is detected as often as said."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats

from eval_suites.blocks import Blocks
from eval_suites.power import blocks_needed, detectable
from eval_suites.statistics import Comparison, Interval

_spec = importlib.util.spec_from_file_location("eval_suites_simulated", Path(__file__).parent / "simulated.py")
assert _spec is not None
assert _spec.loader is not None
simulated: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_simulated"] = simulated
_spec.loader.exec_module(simulated)


def interval(error: float = 0.004, blocks: int = 60, kind: Any = "speaker") -> Interval:
    return Interval(0.1, 0.1, 0.0, -1.0, 1.0, 0.0, blocks, kind, 0.95, "bootstrap", error)


def test_the_textbooks_multiplier() -> None:
    """With many blocks 2.80 standard errors at 5 % two-sided and 80 % power (Bloom 1995, table 1)."""
    assert detectable(interval(1.0, 100_000)) == pytest.approx(2.80, abs=0.005)
    assert detectable(interval(1.0, 100_000), power=0.9) == pytest.approx(3.24, abs=0.005)
    t = scipy.stats.t(59)
    assert detectable(interval()) == pytest.approx(0.004 * (t.ppf(0.975) + t.ppf(0.8)))
    assert detectable(interval(), level=0.9, tests=12) == pytest.approx(0.004 * (t.ppf(1 - 0.05 / 12) + t.ppf(0.8)))


def test_what_allows_no_verdict_detects_nothing() -> None:
    assert math.isnan(detectable(interval(blocks=9)))
    assert math.isnan(detectable(interval(kind="clip")))
    assert math.isnan(detectable(interval(error=0.0))), "equal texts do not say how changes spread"
    assert math.isnan(detectable(interval(error=math.nan)))


@pytest.mark.parametrize("tests", [1, 12])
@pytest.mark.parametrize("margin", [0.02, 0.005, 0.001])
def test_so_many_blocks_are_enough_and_one_less_is_not(margin: float, tests: int) -> None:
    found = blocks_needed(interval(), margin, tests=tests)
    assert found is not None

    def smallest(blocks: int) -> float:
        return detectable(interval(0.004 * math.sqrt(60 / blocks), blocks), tests=tests)

    assert smallest(found) <= margin < smallest(found - 1) or found == 10
    assert found == 10 or blocks_needed(interval(), margin, power=0.9, tests=tests) > found  # type: ignore[operator]


def test_margins_that_cannot_be_told() -> None:
    assert blocks_needed(interval(), 10.0) == 10
    assert blocks_needed(interval(), 0.0) is None
    assert blocks_needed(interval(error=0.0), 0.01) is None
    assert blocks_needed(interval(error=math.nan), 0.01) is None
    assert blocks_needed(interval(), 1e-12) is None


@pytest.mark.parametrize(("blocks", "tests"), [(12, 1), (30, 1), (30, 12), (120, 12)])
def test_a_change_so_large_is_found_four_times_out_of_five(blocks: int, tests: int) -> None:
    """Also: a candidate as good as the baseline passes a margin so large as often."""
    generator, spread, found, passed = np.random.default_rng([blocks, tests]), 0.02, [], []
    true = detectable(interval(spread / math.sqrt(blocks), blocks), tests=tests)
    for _ in range(400):
        change = generator.normal(true, spread, blocks)
        wrong = 20_000 + np.stack([np.zeros(blocks), 100_000 * change], axis=1).astype(np.int64)
        counts = np.stack([100_000 - wrong, wrong, 0 * wrong, 0 * wrong], axis=-1)
        ends = Comparison(Blocks(counts), draws=1000).at(1 - 0.05 / tests)
        found.append(ends.low > 0)
        passed.append(ends.high - true < true)
    assert np.mean(found) == pytest.approx(0.8, abs=0.07)
    assert np.mean(passed) == pytest.approx(0.8, abs=0.07)


@pytest.mark.slow
def test_also_with_unequal_speakers_and_loops() -> None:
    """The smallest change told from one evaluation of equal systems, planted in others."""
    generator, draws = np.random.default_rng(3), {"draws": 2000}
    pilots = [Comparison(simulated.evaluation(generator)[0], **draws).at(0.95) for _ in range(50)]
    told = float(np.median([detectable(pilot) for pilot in pilots]))
    tries = [Comparison(simulated.evaluation(generator, planted={0: told})[0], **draws).at(0.95) for _ in range(400)]
    found = [one.low > 0 for one in tries]
    sys.stdout.write(f"detectable {100 * told:.2f} points, found in {100 * np.mean(found):.1f} %\n")
    assert 0.65 <= np.mean(found) <= 0.95
