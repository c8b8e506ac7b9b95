"""Written: a piece that is read otherwise than written, in its text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kowhisper_tel.korean.readings.slots import Slots


@dataclass(frozen=True)
class Written:
    """``text`` as written, what stands ``before`` and ``after`` it, and how it is ``said`` (canonical, no spaces)."""

    text: str
    before: str
    after: str
    said: str

    def numbers(self) -> list[str]:
        """The figures of each number in it."""
        return re.findall(r"[0-9]+", self.text)


Expander = Callable[[Written], Slots | None]
"""Gives the slots of all right readings in any order, or ``None`` where there is only the one."""
