"""Fixtures that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Tests run side by side: a thread each, or they starve one another; and sums are the same each time. Set before
# anything imports torch, and inherited by the processes that tests start.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real speech and vectors that ``KOWHISPER_SHARED`` names; without it the test is skipped aloud."""
    folder = os.environ.get("KOWHISPER_SHARED")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KOWHISPER_SHARED names no folder: this test needs real recordings or ITU vectors")
    return Path(folder)


@pytest.fixture(scope="session")
def whisper_base() -> Path:
    """The embedded whisper-base as a local Hugging Face folder."""
    from kowhisper_tel.whisper.resolve import resolve_model

    return resolve_model("builtin/whisper-base")
