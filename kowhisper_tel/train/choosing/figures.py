"""Figures: what was measured of one set of weights on the dev sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eval_suites.score import counts
from eval_suites.tally import Tally


@dataclass(frozen=True)
class Heard:
    """What was heard of some clips: syllables (``cer``), and how many clips loop or hold what nobody said.

    The metrics are evaluation's: ``cer``, ``loops`` and ``hallucination`` of ``eval_suites.metrics``. They add.
    """

    cer: Tally = field(default_factory=Tally)
    loops: int = 0
    invented: int = 0
    clips: int = 0

    def __add__(self, other: Heard) -> Heard:
        return Heard(
            self.cer + other.cer, self.loops + other.loops, self.invented + other.invented, self.clips + other.clips
        )

    @property
    def has_speech(self) -> bool:
        """Whether there is anything to take a CER of."""
        return self.cer.reference_length > 0

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, with the CER beside its counts (``null`` where nothing was said)."""
        return {
            "cer": self.cer.rate if self.has_speech else None,
            "tally": counts(self.cer),
            "loops": self.loops,
            "invented": self.invented,
            "clips": self.clips,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Heard:
        """The reverse of ``to_json``."""
        return cls(Tally(**record["tally"]), record["loops"], record["invented"], record["clips"])


@dataclass(frozen=True)
class Figures:
    """``suites``: what was heard of each, by name; ``stratum_of`` says where each counts.

    ``forgetting`` holds what the guard watches (``forgetting.WATCHED``), as fractions; what could not be measured is
    not in it.
    """

    suites: Mapping[str, Heard]
    stratum_of: Mapping[str, str]
    forgetting: Mapping[str, float] = field(default_factory=dict)

    @property
    def strata(self) -> dict[str, Heard]:
        """What was heard of each stratum: the sum of its suites."""
        found: dict[str, Heard] = {}
        for name, heard in self.suites.items():
            stratum = self.stratum_of[name]
            found[stratum] = found.get(stratum, Heard()) + heard
        return found

    def curve(self) -> dict[str, float | int]:
        """The keys of a line of ``curves.jsonl``: all strata with speech together, each alone, and the guard's."""
        spoken = {name: heard for name, heard in self.strata.items() if heard.has_speech}
        total = sum(spoken.values(), Heard())
        return {
            **({"dev_cer": total.cer.rate} if spoken else {}),
            "dev_loops": total.loops,
            "dev_utterances": total.clips,
            **{f"dev_cer_{name}": heard.cer.rate for name, heard in spoken.items()},
            **{f"dev_loops_{name}": heard.loops for name, heard in self.strata.items()},
            **{f"forgetting_{name}": value for name, value in self.forgetting.items()},
        }

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        suites = {name: {"stratum": self.stratum_of[name], **heard.to_json()} for name, heard in self.suites.items()}
        return {"suites": suites, "forgetting": dict(self.forgetting)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Figures:
        """The reverse of ``to_json``."""
        suites = record["suites"]
        return cls(
            {name: Heard.from_json(suite) for name, suite in suites.items()},
            {name: suite["stratum"] for name, suite in suites.items()},
            record["forgetting"],
        )
