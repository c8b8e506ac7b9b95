"""Clean: the recordings as they are."""

from __future__ import annotations

from augment import Channel
from eval_suites.suite import Suite
from eval_suites.suites import Request


def build(request: Request) -> list[Suite]:  # noqa: ARG001 (every stratum is asked alike)
    """One suite."""
    return [Suite("clean", "clean", {"en": "Clean", "ko": "깨끗한 음성"}, Channel("clean", ()))]
