"""Hearing: what happens to utterances of a training beside their channel, and how often. Light to import."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

Severity = float | tuple[tuple[float, float], ...]
"""A factor from 0 to 1, or points of (progress, factor) between which it lies on straight lines."""


@dataclass(frozen=True)
class Hearing:
    """How often an utterance is heard in another voice, among other talkers, and through a channel.

    ``severity``: the factor on the share of utterances that go through a channel; 1 is the mixture as it is. Before the
    first of its points and behind the last it stays what it is there. ``voice_share``: of the utterances, in a voice
    drawn from ``voices``. ``babble_share``: of the utterances, among others of the manifest at ``babble_snr_db`` (from,
    to), see ``babble``. ``epochs``: of the whole training, by which its progress is known.
    """

    severity: Severity = 1.0
    voice_share: float = 0.0
    babble_share: float = 0.0
    babble_snr_db: tuple[float, float] = (5.0, 20.0)
    epochs: int = 1

    def severity_at(self, progress: float) -> float:
        """The factor at a progress from 0, where the training begins, to 1.

        >>> Hearing(severity=((0.0, 0.3), (0.5, 1.0))).severity_at(0.25)
        0.65
        """
        import numpy as np

        points = as_points(self.severity)
        return float(np.interp(progress, [at for at, _ in points], [factor for _, factor in points]))


def as_points(severity: float | Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    """The points of a severity, each (progress, factor).

    Raises ``ValueError`` where it has none, where progress does not rise from point to point, or where a number is not
    from 0 to 1.
    """
    if isinstance(severity, int | float):
        points: tuple[tuple[float, float], ...] = ((0.0, float(severity)),)
    else:
        points = tuple((float(at), float(factor)) for at, factor in severity)
    if not points:
        raise ValueError("give a factor, or one point [progress, factor] or more")
    if not all(0.0 <= number <= 1.0 for point in points for number in point):
        raise ValueError("progress and factor are from 0 to 1")
    if any(one >= other for (one, _), (other, _) in itertools.pairwise(points)):
        raise ValueError("the points' progress must rise: [[0, 0.3], [0.5, 1.0]]")
    return points
