"""Missing: suites and clips that were left out, and those a model has no hypothesis for. Nothing goes unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, count
from reports.sections import Section, Table
from reports.text import Text

MOST_NAMED = 12
"""Clips named on the page for each model and suite; ``missing.csv`` names them all."""


@dataclass(frozen=True)
class Lacking:
    """The clips of one suite that one model has no hypothesis for: how many, and the first of them by name."""

    model: ModelColumn
    suite: Text
    clips: Figure
    named: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class LeftOut:
    """A suite that was asked for and not evaluated, and why, as it was told."""

    suite: str
    reason: Text


@dataclass(frozen=True)
class TooLong:
    """Clips that a suite did not take because they last too long for it."""

    suite: Text
    clips: Figure
    named: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class Missing:
    """The three tables, and all the names: model, suite and utterance of ``hypotheses``, suite and one of ``clips``."""

    lacking: tuple[Lacking, ...]
    left_out: tuple[LeftOut, ...]
    too_long: tuple[TooLong, ...]
    hypotheses: tuple[tuple[str, str, str], ...]
    clips: tuple[tuple[str, str], ...]


def build(evidence: Evidence) -> Missing | None:
    """The tables; ``None`` where nothing is missing."""
    missing = tuple((one.model, one.suite, one.utterance_id) for one in evidence.results.missing)
    left_out = tuple(_left_out(one) for one in evidence.suites_left_out)
    unfit: Mapping[str, Sequence[str]] = getattr(evidence.results, "left_out", {})
    if not missing and not left_out and not unfit:
        return None
    models = {model.name: model for model in evidence.models}
    titles = {suite.name: Text(**suite.title) for suite in evidence.results.suites}
    lacking = []
    for (model, suite), number in Counter((model, suite) for model, suite, _ in missing).items():
        names = [name for m, s, name in missing if (m, s) == (model, suite)]
        shown = tuple(names[:MOST_NAMED])
        lacking.append(Lacking(models[model], titles[suite], count(number), shown, number - len(shown)))
    too_long = tuple(
        TooLong(titles[suite], count(len(ids)), tuple(ids[:MOST_NAMED]), max(len(ids) - MOST_NAMED, 0))
        for suite, ids in unfit.items()
    )
    clips = tuple((suite, name) for suite, ids in unfit.items() for name in ids)
    return Missing(tuple(lacking), left_out, too_long, missing, clips)


def _left_out(one: Mapping[str, Any]) -> LeftOut:
    reason = one["reason"]
    return LeftOut(str(one["name"]), Text(**reason) if isinstance(reason, Mapping) else Text.same(reason))


def as_table(missing: Missing) -> Table:
    """``missing.csv``: a line for each suite left out and each hypothesis that is not there."""
    suites = [("", one.suite, "", one.reason.en) for one in missing.left_out]
    clips = [("", suite, name, "too long") for suite, name in missing.clips]
    hypotheses = [(*one, "no hypothesis") for one in missing.hypotheses]
    return Table(("model", "suite", "utterance_id", "reason"), [*suites, *clips, *hypotheses])


SECTION = Section("missing", 15, build, as_table)
