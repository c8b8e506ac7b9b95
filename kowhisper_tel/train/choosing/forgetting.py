"""The forgetting guard: what the base model could do, and how much of it may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from kowhisper_tel.train.settings import ForgettingBudget

WATCHED = {"clean": False, "longform": False, "timestamps": True, "language": True, "nospeech": False}
"""What is watched, and whether more of it is better.

``clean``: CER of clips as recorded. ``longform``: CER of a joined call. ``timestamps``: F1 of segment boundaries at
pauses. ``language``: share of clips whose language the model itself takes for what it is. ``nospeech``: share of clips
without speech in which something is written.
"""


@dataclass(frozen=True)
class Fall:
    """Something the model does worse than the base, by more than its budget. Figures in percent, losses in points."""

    name: str
    before: float
    now: float
    budget: float

    @property
    def points(self) -> float:
        """How much was lost."""
        return abs(self.now - self.before)


def falls(now: Mapping[str, float], before: Mapping[str, float], budget: ForgettingBudget) -> list[Fall]:
    """What is lost beyond its budget; what either side could not measure, or has no budget, is passed over."""
    budgets = asdict(budget)
    found = []
    for name, higher_is_better in WATCHED.items():
        if name not in now or name not in before or budgets[name] is None:
            continue
        lost = 100 * ((before[name] - now[name]) if higher_is_better else (now[name] - before[name]))
        if lost > budgets[name] + 1e-9:  # 12 % to 14 % is no more than 2 points
            found.append(Fall(name, 100 * before[name], 100 * now[name], budgets[name]))
    return found
