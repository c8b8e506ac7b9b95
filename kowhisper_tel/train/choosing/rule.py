"""The rule: which of several sets of weights is the best, from their figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kowhisper_tel.train.choosing.figures import Figures

Metric = Literal["worst_stratum", "mean_strata", "last"]


@dataclass(frozen=True)
class Candidate:
    """Weights that might be chosen, and what was measured of them.

    ``step``: after how many steps they were what they are, or (``kind`` ``average`` and ``interpolation``) the last
    step that went into them. ``alpha``: the tuned model's share in an interpolation. ``steps``: what an average is of.
    ``allowed``: whether it keeps every budget of the forgetting guard, where that may refuse it.
    """

    kind: Literal["base", "step", "average", "interpolation"]
    step: int
    figures: Figures
    alpha: float | None = None
    steps: tuple[int, ...] = ()
    allowed: bool = True

    @property
    def name(self) -> dict[str, Any]:
        """What tells it from the others, as a JSON object."""
        parts: dict[str, Any] = {"kind": self.kind, "step": self.step}
        if self.alpha is not None:
            parts["alpha"] = self.alpha
        return parts | ({"steps": list(self.steps)} if self.steps else {})


def score(figures: Figures, base: Figures, metric: Metric) -> float:
    """What the rule goes by; the lower, the better.

    ``worst_stratum``: over strata, the largest CER relative to the base model's. Both are of the same clips, so it is
    the ratio of their errors; where the base made none, it is taken to have made one. ``mean_strata``: the plain mean
    of the strata's CERs. Strata without speech have no CER and do not count; without any, all are equal (0), as they
    are for ``last``, which does not look at figures.
    """
    spoken = {name: heard.cer for name, heard in figures.strata.items() if heard.has_speech}
    if metric == "last" or not spoken:
        return 0.0
    if metric == "mean_strata":
        return sum(cer.rate for cer in spoken.values()) / len(spoken)
    before = base.strata
    return max(cer.errors / max(before[name].cer.errors, 1) for name, cer in spoken.items())


def choose(candidates: Sequence[Candidate], base: Figures, metric: Metric) -> Candidate:
    """The allowed candidate with the lowest score; with ``last``, that of the latest step.

    Of equals, weights as the training left them come before mixtures of them, then the later step, then the first
    given. The base model is chosen only where nothing else is allowed. Raises ``ValueError`` where nothing is.
    """
    allowed = [candidate for candidate in candidates if candidate.allowed]
    trained = [candidate for candidate in allowed if candidate.kind != "base"]
    if not allowed:
        raise ValueError("no candidate is allowed")

    def place(candidate: Candidate) -> tuple[float, bool, int]:
        return score(candidate.figures, base, metric), candidate.kind != "step", -candidate.step

    return min(trained or allowed, key=place)


def measurings_since_best(scores: Sequence[float]) -> int:
    """How many measurings came after the first one with the lowest score: an equal one is no improvement."""
    return len(scores) - 1 - scores.index(min(scores)) if scores else 0
