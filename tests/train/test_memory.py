"""A manifest of ten hours trains in the memory of one of ten minutes."""

from __future__ import annotations

import pytest

from benchmarks.train_memory import measure


@pytest.mark.slow
def test_ten_hours_take_the_memory_of_ten_minutes(whisper_base: object) -> None:
    found = measure()
    print(found)
    short, long = found["peaks"].values()
    assert long["utterances"] > 50 * short["utterances"]
    for process in ("main", "workers"):
        assert long[process] < 1.1 * short[process]
