"""Freed memory: what lies between blocks in use is given back by a trim."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path

import numpy as np

from kowhisper_tel.train.allocator import _glibc, trim, trimmed_after

if _glibc() is None:
    raise SystemExit(3)


def held_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def with_holes():
    large, small = [], []
    for _ in range(2_000):  # of a size that glibc does not map apart
        large.append(np.ones(100_000, np.uint8))
        small.append(np.ones(2_000, np.uint8))
    return small


before = held_mb()
small = with_holes()
kept = held_mb()
trim()
trimmed = held_mb()
with trimmed_after():
    more = with_holes()
after = held_mb()
print(kept - before, trimmed - before, after - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_what_is_free_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    if done.returncode == 3:
        pytest.skip("the C library is not glibc")
    assert done.returncode == 0, done.stderr
    kept, trimmed, after = map(float, done.stdout.split())
    assert kept > 150
    assert trimmed < 50
    assert after < 50
