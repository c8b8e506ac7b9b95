"""How often intervals hold the true change, where it is known: unequal blocks, loops. Shares are printed (``-s``)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval_suites.statistics import Comparison

_spec = importlib.util.spec_from_file_location("eval_suites_simulated", Path(__file__).parent / "simulated.py")
assert _spec is not None
assert _spec.loader is not None
simulated: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_simulated"] = simulated
_spec.loader.exec_module(simulated)

TIMES = 1200
LOOPS = {"no loops": (0.0, 0.0), "loops": (0.01, 0.01), "loops won": (0.02, 0.01)}
EXCEPTIONS = {("loops", 12): (93.0, 99.0), ("loops won", 12): (86.0, 97.0), ("loops won", 25): (90.0, 97.0)}


@pytest.mark.slow
@pytest.mark.parametrize("loops", LOOPS)
def test_nominal_95_percent_is_93_to_97(loops: str) -> None:
    """A candidate a fifth better; twelve blocks have Student's t.

    Where a few blocks of 8 utterances have a loop or two, no interval can know how rare loops are: it covers too much
    where both sides have as many; where one has less it covers too little, for samples without loops understate the
    gain (nearly all misses lie on that side).
    """
    facts = {"factor": 0.8, "loops": LOOPS[loops]}
    true = simulated.truth(**facts)
    for blocks in (12, 25, 60, 120):
        generator = np.random.default_rng([blocks, len(loops)])
        below = above = 0
        for _ in range(TIMES):
            counts = simulated.evaluation(generator, speakers=blocks, utterances=8 * blocks, **facts)[0]
            interval = Comparison(counts, draws=2000).at(0.95)
            below, above = below + (interval.high < true), above + (interval.low > true)
        share = 100 * (1 - (below + above) / TIMES)
        sys.stdout.write(
            f"{loops}, {blocks} blocks ({interval.method}): {share:.1f} % cover {100 * true:.2f} points; "
            f"{100 * below / TIMES:.1f} % lie below, {100 * above / TIMES:.1f} % above\n"
        )
        least, most = EXCEPTIONS.get((loops, blocks), (93.0, 97.0))
        assert least <= share <= most
