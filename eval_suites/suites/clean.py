"""Clean: the recordings as they are, without those that came through a telephone."""

from __future__ import annotations

from augment import Channel
from eval_suites.suite import Suite
from eval_suites.suites import Request
from eval_suites.suites._shared import REAL


def build(request: Request) -> list[Suite]:
    """One suite."""
    title = {"en": "Clean", "ko": "깨끗한 음성"}
    return request.of_size([Suite("clean", "clean", title, Channel("clean"), unless=REAL)], smoke=["clean"])
