"""Verdict: what the gate found, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from reports.compare import Change
from reports.gate.budgets import Severity
from reports.gate.side import By
from reports.rounding import Figure
from reports.text import Text, say

Outcome = Literal["pass", "fail", "incomplete", "inconclusive"]
WORST_FIRST: tuple[Outcome, ...] = ("fail", "incomplete", "inconclusive", "pass")
EXITS = {"pass": 0, "fail": 1, "inconclusive": 3, "incomplete": 5}
"""Exit codes; 3 only under ``--strict``, else 0."""


@dataclass(frozen=True)
class Finding:
    """One metric in one group: both rates, the change with the interval that decided, and why.

    ``level`` is the interval's confidence, ``least_effect`` and ``margin`` are in points; no ``margin`` where a gain
    is asked for.
    """

    group: str
    title: Text
    outcome: Outcome
    reason: Text
    baseline: Figure
    candidate: Figure
    change: Change
    level: float
    metric: str
    metric_title: Text
    by: By
    severity: Severity
    least_effect: Figure
    margin: Figure

    def to_json(self) -> dict[str, Any]:
        """The finding for other programs: rates in percent, changes in points."""
        return {
            "group": self.group,
            "by": self.by,
            "metric": self.metric,
            "severity": self.severity,
            "outcome": self.outcome,
            "reason": self.reason.to_json(),
            "baseline_percent": self.baseline.value,
            "candidate_percent": self.candidate.value,
            "change_points": self.change.delta.value,
            "low_points": self.change.low.value,
            "high_points": self.change.high.value,
            "least_effect_points": self.least_effect.value,
            "margin_points": self.margin.value,
            "level": self.level,
            "blocks": self.change.blocks,
            "block_kind": self.change.kind,
            "few": self.change.strength != "full",
            "interval": self.change.method,
        }


@dataclass(frozen=True)
class CapFinding:
    """A hard cap on the candidate alone. ``group`` is empty where it holds for all clips, or for the model."""

    figure: str
    group: str
    title: Text
    outcome: Outcome
    reason: Text
    value: Figure
    limit: Figure
    severity: Severity = "error"

    def to_json(self) -> dict[str, Any]:
        """The cap for other programs: rates in percent."""
        return {
            "figure": self.figure,
            "group": self.group or None,
            "outcome": self.outcome,
            "reason": self.reason.to_json(),
            "value": self.value.value,
            "limit": self.limit.value,
        }


@dataclass(frozen=True)
class Verdict:
    """What the gate says. ``least_effect`` and ``margin`` (percentage points) hold where budgets say nothing else.

    ``left_out`` names what a budget asks for and a group has nothing to count of.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    by: By
    baseline: str
    candidate: str
    least_effect: Figure
    margin: Figure
    caps: tuple[CapFinding, ...] = ()
    left_out: tuple[Text, ...] = ()

    @property
    def all(self) -> tuple[Finding | CapFinding, ...]:
        """Findings, then caps."""
        return (*self.findings, *self.caps)

    @property
    def sentence(self) -> Text:
        """The verdict in one sentence, and how many warnings there are beside it."""
        judged = [found for found in self.all if found.severity == "error"]
        named = [_named(found) for found in judged if found.outcome == self.outcome]
        warned = [_named(found) for found in self.all if found.severity == "warn" and found.outcome != "pass"]
        key = "gate.pass_warned" if warned and self.outcome == "pass" else f"gate.{self.outcome}"
        parts = [say(key, groups=Text.joined(named, ", "), count=len(named), all=len(judged))]
        if warned:
            parts.append(say("gate.warned", count=len(warned), groups=Text.joined(warned, ", ")))
        return Text.joined(parts)

    def exit_code(self, *, strict: bool = False) -> int:
        """1 for a regression, 5 for incomplete evidence; 3 for inconclusive under ``strict``; else 0."""
        return 0 if self.outcome == "inconclusive" and not strict else EXITS[self.outcome]

    def to_json(self) -> dict[str, Any]:
        """The verdict for other programs."""
        return {
            "schema": "kowhisper-tel-gate/1",
            "outcome": self.outcome,
            "sentence": self.sentence.to_json(),
            "by": self.by,
            "baseline": self.baseline,
            "candidate": self.candidate,
            "least_effect_points": self.least_effect.value,
            "margin_points": self.margin.value,
            "findings": [finding.to_json() for finding in self.findings],
            "caps": [cap.to_json() for cap in self.caps],
            "left_out": [text.to_json() for text in self.left_out],
        }


def overall(found: Iterable[Finding | CapFinding]) -> Outcome:
    """The worst of what is not only a warning: a regression, then what is not known, then what is not shown."""
    outcomes = Counter(one.outcome for one in found if one.severity == "error")
    return next((outcome for outcome in WORST_FIRST if outcomes[outcome]), "pass")


def _named(found: Finding | CapFinding) -> Text:
    if isinstance(found, CapFinding) or found.metric == "cer":
        return found.title
    return Text(f"{found.title.en} ({found.metric_title.en})", f"{found.title.ko} ({found.metric_title.ko})")
