"""Clean: the recordings as they are, without those that came through a telephone. What all else is compared with, so
only the smallest size takes a sample.
"""

from __future__ import annotations

from augment import Channel
from eval_suites.suite import Suite
from eval_suites.suites import SAMPLES, Request
from eval_suites.suites._shared import OTHER


def build(request: Request) -> list[Suite]:
    """One suite."""
    title = {"en": "Clean", "ko": "깨끗한 음성"}
    sample = SAMPLES["smoke"] if request.size == "smoke" else None
    return [Suite("clean", "clean", title, Channel("clean"), unless=OTHER, sample=sample)]
