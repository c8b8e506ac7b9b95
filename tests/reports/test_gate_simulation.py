"""The gate on itself: equal systems are not failed, a planted loss is. Slow; the shares are printed (``-s``)."""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from eval_suites.blocks import Blocks
from eval_suites.results import Results
from eval_suites.statistics import Comparison, holm
from eval_suites.tally import COUNTS
from reports import gate

_path = Path(__file__).parents[1] / "eval_suites" / "simulated.py"
_spec = importlib.util.spec_from_file_location("eval_suites_simulated", _path)
assert _spec is not None
assert _spec.loader is not None
simulated: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_simulated"] = simulated
_spec.loader.exec_module(simulated)

CER = tuple(np.linspace(0.1, 0.27, 12))
"""Twelve strata as hard as those that tuned models were measured on."""
LOOPS = (0.001, 0.001)
"""With the guard, none of 4,200 measured clips looped, so that fewer than one in 1,400 do (the rule of three)."""
LEAST_EFFECT = 0.005


@pytest.fixture(scope="module")
def run(make: Any) -> Results:
    result: Results = make(4, 2, models=(("tuned", "candidate", 0.1, 0.3),))
    return result


def judged(strata: list[Blocks], draws: int = 2000) -> set[int]:
    """The strata that fail, by the gate's rule: Holm's interval above 0, and more lost than the least effect."""
    intervals = holm({str(number): Comparison(blocks, draws) for number, blocks in enumerate(strata)})
    return {int(name) for name, found in intervals.items() if found.low > 0 and found.delta > LEAST_EFFECT}


def checked(run: Results, strata: list[Blocks], draws: int = 2000) -> set[int]:
    """The same by ``gate check``. A speaker's clips are one row here: only their sum counts."""
    sides = [dataclasses.replace(run, rows=rows(strata, side)) for side in (0, 1)]
    verdict = gate.check(*sides, least_effect=LEAST_EFFECT, draws=draws)
    return {int(f.group.removeprefix("stratum")) for f in verdict.findings if f.outcome == "fail"}


def rows(strata: list[Blocks], side: int) -> pd.DataFrame:
    """One row per stratum and speaker."""
    frames = []
    for number, blocks in enumerate(strata):
        names = [f"s{speaker}" for speaker in range(len(blocks))]
        facts = {"suite": f"suite{number}", "stratum": f"stratum{number}", "utterance_id": names, "block": names}
        counts = dict(zip(COUNTS, blocks.counts[:, side].T, strict=True))
        frames.append(pd.DataFrame(facts | {"block_kind": "speaker", "model": "tuned", "summed": True} | counts))
    return pd.concat(frames, ignore_index=True)


def evaluations(times: int, planted: float = 0.0, **facts: Any) -> Iterator[list[Blocks]]:
    """So many evaluations; a loss is planted in one stratum after the other."""
    generator = np.random.default_rng(0)
    for number in range(times):
        loss = {number % 12: planted} if planted else None
        yield simulated.evaluation(generator, planted=loss, **({"cer": CER, "loops": LOOPS, "capped": True} | facts))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("the same clips in every stratum", {}),
        ("the clips divided among the strata", {"split": True}),
        ("one clip in a hundred loops", {"loops": (0.01, 0.01)}),
    ],
)
def test_equal_systems_rarely_fail(name: str, facts: dict[str, Any]) -> None:
    found = [judged(strata) for strata in evaluations(1000, **facts)]
    share = np.mean([bool(strata) for strata in found])
    sys.stdout.write(f"equal systems, {name}: {100 * share:.1f} % of {len(found)} fail\n")
    assert share <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("loops", [LOOPS, (0.0, 0.0), (0.01, 0.01)])
def test_a_planted_loss_of_five_points_fails(loops: tuple[float, float]) -> None:
    found = [judged(strata) for strata in evaluations(200, planted=0.05, loops=loops)]
    share = np.mean([number % 12 in strata for number, strata in enumerate(found)])
    others = np.mean([bool(strata - {number % 12}) for number, strata in enumerate(found)])
    sys.stdout.write(
        f"5 points planted, {100 * loops[0]:g} % loop: {100 * share:.1f} % of {len(found)} fail there, "
        f"{100 * others:.1f} % elsewhere\n"
    )
    assert share >= 0.95
    assert others <= 0.05


@pytest.mark.parametrize("planted", [0.0, 0.03, 0.15])
def test_the_gate_says_the_same(run: Results, planted: float) -> None:
    """The simulations rest on the gate's rule; here is the gate, on a few of them."""
    for number, strata in enumerate(evaluations(3, planted)):
        found = checked(run, strata)
        assert found == judged(strata)
        assert planted < 0.15 or number in found
