"""Real phone: recordings that came through a telephone (the tag ``real_phone: yes``), as they are."""

from __future__ import annotations

from augment import Channel
from eval_suites.suite import Suite
from eval_suites.suites import Request
from eval_suites.suites._shared import FOREIGN, REAL


def build(request: Request) -> list[Suite]:
    """One suite."""
    title = {"en": "Real telephone", "ko": "실제 전화 음성"}
    suite = Suite("real_phone", "real_phone", title, Channel("clean"), selection=REAL, unless=FOREIGN)
    return request.of_size([suite], smoke=["real_phone"])
