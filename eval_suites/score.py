"""Score: what metrics count over many pairs. Scores add, as tallies do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval_suites import metrics
from eval_suites.pair import Pair
from eval_suites.tally import COUNTS, Tally
from kowhisper_tel.korean import normalise as scoring


@dataclass(frozen=True)
class Score:
    """Tallies by metric, over ``utterances`` pairs; ``counted`` says how many of these each metric takes at all."""

    utterances: int
    tallies: Mapping[str, Tally]
    counted: Mapping[str, int]

    def __add__(self, other: object) -> Score:
        """The score of both sets of pairs together. Raises ``ValueError`` where the metrics differ."""
        if not isinstance(other, Score):
            return NotImplemented
        if self.tallies.keys() != other.tallies.keys():
            raise ValueError(f"scores of other metrics: {sorted(self.tallies.keys() ^ other.tallies.keys())}")
        return Score(
            self.utterances + other.utterances,
            {name: tally + other.tallies[name] for name, tally in self.tallies.items()},
            {name: count + other.counted[name] for name, count in self.counted.items()},
        )

    def rate(self, name: str) -> float | None:
        """A metric's rate, as a fraction; ``None`` where there is nothing to take it of."""
        found = metrics.get(name).rate.of(self.tallies[name])
        return None if math.isnan(found) else found

    def to_json(self) -> dict[str, Any]:
        """Rates by name (``null`` for none), the tallies they are of, and the versions that they hold for."""
        return {
            **{name: self.rate(name) for name in self.tallies},
            "utterances": self.utterances,
            "tallies": {
                name: {**counts(tally), "utterances": self.counted[name]} for name, tally in self.tallies.items()
            },
            "normaliser": {"version": scoring.VERSION, "fingerprint": scoring.fingerprint()},
            "metrics": {name: metrics.get(name).version for name in self.tallies},
        }


def score(pairs: Iterable[Pair], names: Sequence[str]) -> Score:
    """Count pairs by these metrics. Raises ``UserError`` (``eval.metric_unknown``)."""
    wanted = [metrics.get(name) for name in names]
    sums = {metric.name: [0, 0, 0, 0, 0] for metric in wanted}
    utterances = 0
    for pair in pairs:
        utterances += 1
        for metric in wanted:
            tally, total = metric.measure(pair), sums[metric.name]
            total[0] += tally.hits
            total[1] += tally.substitutions
            total[2] += tally.deletions
            total[3] += tally.insertions
            total[4] += metric.takes(pair)
    return Score(
        utterances,
        {name: Tally(*total[:4]) for name, total in sums.items()},
        {name: total[4] for name, total in sums.items()},
    )


def counts(tally: Tally) -> dict[str, int]:
    """A tally as a JSON object."""
    return {name: getattr(tally, name) for name in COUNTS}
