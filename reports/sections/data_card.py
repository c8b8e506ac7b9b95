"""Data card: what the test set holds, and what ``prepare`` took and turned away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.evidence import Evidence
from reports.rounding import Figure, count, hours
from reports.sections import Section
from reports.text import Text, say

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Split:
    """One split: its name, utterances, speakers and hours."""

    name: str
    utterances: Figure
    speakers: Figure
    hours: Figure


@dataclass(frozen=True)
class DataCard:
    """The splits, what was evaluated, each tag's values, and the rejects by reason."""

    splits: tuple[Split, ...]
    tags: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    rejects: tuple[tuple[str, int], ...] | None
    intake: Text | None


def build(evidence: Evidence) -> DataCard | None:
    """The card of what was evaluated, with the summary of ``prepare`` where there is one."""
    if evidence.rows.empty:
        return None
    clips = evidence.rows.drop_duplicates("utterance_id")
    prepare = evidence.prepare or {}
    splits = [_split(name, prepare["splits"][name]) for name in SPLITS if name in prepare.get("splits", {})]
    seconds = float(clips["duration_s"].sum())
    splits.append(Split("evaluated", count(len(clips)), count(clips["speaker"].nunique()), hours(seconds)))
    tags = []
    for column in (c for c in clips.columns if c.startswith("tag_")):
        values = clips[column].dropna().astype(str).value_counts()
        if 1 <= len(values) <= 12:
            pairs = sorted(((str(v), int(n)) for v, n in values.items()), key=lambda pair: (-pair[1], pair[0]))
            tags.append((column.removeprefix("tag_"), tuple(pairs)))
    return DataCard(
        tuple(splits),
        tuple(tags),
        _reasons(prepare),
        _intake(prepare),
    )


def _split(name: str, facts: Mapping[str, Any]) -> Split:
    seconds = facts.get("seconds", 3600.0 * facts["hours"] if "hours" in facts else None)
    return Split(name, count(facts.get("utterances")), count(facts.get("speakers")), hours(seconds))


def _intake(prepare: Mapping[str, Any]) -> Text | None:
    """The sum that says that nothing went missing, where the summary holds it."""
    names = ("read", "accepted", "rejected", "left_out")
    if any(prepare.get(name) is None for name in names):
        return None
    return say("data_card.intake", **{name: count(prepare[name]) for name in names})


def _reasons(prepare: Mapping[str, Any]) -> tuple[tuple[str, int], ...] | None:
    """Rejects by reason, most first; ``None`` where the summary says nothing of them."""
    reasons = prepare.get("rejects")
    if not isinstance(reasons, Mapping):
        return None
    return tuple(sorted(((str(k), int(v)) for k, v in reasons.items()), key=lambda pair: (-pair[1], pair[0])))


SECTION = Section("data_card", 60, build)
