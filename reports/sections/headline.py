"""Headline: a row per stratum and suite, a column per model, and the changes between them.

The subject (the phone-tuned model) is set against base, which says what a user gains by it, and against the control
tuned without the telephone, which says how much of that the telephone part won.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval_suites.results import table
from reports.compare import Change, adjusted
from reports.conditions import Draft, Place, Row, draft
from reports.evidence import Evidence, ModelColumn
from reports.sections import Section, Table
from reports.text import Text, say

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Headline:
    """The table: models in column order and rows, each stratum followed by its suites."""

    models: tuple[ModelColumn, ...]
    rows: tuple[Row, ...]
    subject: ModelColumn | None
    base: ModelColumn | None
    control: ModelColumn | None
    notes: tuple[Text, ...]
    level_percent: int

    @property
    def groups(self) -> tuple[tuple[Row, tuple[Row, ...]], ...]:
        """Each stratum's row with those of its suites, but for a single one that says what the stratum's row says.

        A stratum that only repeats clips of others has no row of its own: there its first suite leads.
        """
        of_stratum: dict[str, list[Row]] = {}
        for row in self.rows:
            of_stratum.setdefault(row.stratum, []).append(row)
        return tuple((rows[0], _told(rows)) for rows in of_stratum.values())

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows of ``groups``, one after another."""
        return tuple(row for first, others in self.groups for row in (first, *others))

    @property
    def others(self) -> tuple[ModelColumn, ...]:
        """What the subject is set against, as the columns of changes."""
        return tuple(m for m in (self.base, self.control) if m) if self.subject else ()

    @property
    def adjusted_over(self) -> tuple[int, int]:
        """Over how many strata, and over how many suites, the verdicts are adjusted."""
        tested = [row for row in self.rows if any(c and not c.described for c in (row.to_base, row.to_control))]
        strata = sum(row.is_stratum for row in tested)
        return strata, len(tested) - strata

    @property
    def strata(self) -> tuple[Row, ...]:
        """Only the strata's rows."""
        return tuple(row for row in self.rows if row.is_stratum)


def _told(rows: Sequence[Row]) -> tuple[Row, ...]:
    first, *others = rows
    return () if len(others) == 1 and others[0].title == first.title else tuple(others)


def build(evidence: Evidence) -> Headline | None:
    """The headline table of the subject against base and control."""
    if evidence.rows.empty:
        return None
    by_stratum = _indexed(table(evidence.results, by="stratum"), "stratum")
    by_suite = _indexed(table(evidence.results, by="suite"), "suite")
    drafts: list[Draft] = []
    for stratum in evidence.strata:
        suites = [s for s in evidence.results.suites if s.stratum == stratum and s.name in by_suite]
        if stratum in by_stratum:
            drafts.append(draft(evidence, by_stratum[stratum], Place(stratum, all(suite.unseen for suite in suites))))
        for suite in suites:
            place = Place(stratum, suite.unseen, suite.name, Text(**suite.title), suite.summed)
            drafts.append(draft(evidence, by_suite[suite.name], place))
    rows = _adjusted(drafts, evidence.level)
    return Headline(
        evidence.models,
        rows,
        evidence.subject if evidence.base or evidence.control else None,
        evidence.base,
        evidence.control,
        _notes([c for row in rows for c in (row.to_base, row.to_control) if c]),
        round(100 * evidence.level),
    )


def _adjusted(drafts: Sequence[Draft], level: float) -> tuple[Row, ...]:
    """Verdicts adjusted over the strata, and apart from them over the suites, for each comparison."""
    made = [one.row for one in drafts]
    for is_stratum in (True, False):
        for name in ("to_base", "to_control"):
            own = {n: d for n, d in enumerate(drafts) if d.row.is_stratum == is_stratum and name in d.comparisons}
            changes = {str(n): getattr(made[n], name) for n in own}
            comparisons = {str(n): d.comparisons[name] for n, d in own.items()}
            for n, change in adjusted(changes, comparisons, level).items():
                row = made[int(n)]
                base, control = (change if name == one else getattr(row, one) for one in ("to_base", "to_control"))
                made[int(n)] = dataclasses.replace(row, to_base=base, to_control=control)
    return tuple(made)


def _notes(changes: list[Change]) -> tuple[Text, ...]:
    """What few blocks allow, once for each mark that the table shows."""
    keys: dict[str, Text] = {}
    for one in changes:
        if one.strength != "full":
            key = "clips" if one.kind == "clip" else one.strength
            facts = {name: say(f"common.{name}_{one.kind}") for name in ("kinds", "only")}
            keys[key] = say(f"headline.note_{key}", **facts)
    return tuple(keys[key] for key in sorted(keys, reverse=True))


def _indexed(frame: pd.DataFrame, by: str) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The records of a table by stratum or suite, then by model."""
    indexed: dict[str, dict[str, Mapping[str, Any]]] = {}
    for record in frame.to_dict("records"):
        indexed.setdefault(str(record[by]), {})[str(record["model"])] = {str(k): v for k, v in record.items()}
    return indexed


PLACE_COLUMNS = ("stratum", "suite", "unseen", "model", "role", "clips", "utterances", "speakers", "hours")
CELL_COLUMNS = (
    "cer_percent",
    "cer_without_loops_percent",
    "loops",
    "substitutions_percent",
    "deletions_percent",
    "insertions_percent",
    "written_clips",
    "written_syllables_per_minute",
)
CHANGE_COLUMNS = ("change_to", "low_to", "high_to", "relative_percent_to", "verdict_to", "detectable_to")


def as_table(headline: Headline) -> Table:
    """``headline.csv``: one line per row and model, so that any number of models fits."""
    changes = [f"{what}_{name}" for name in ("base", "control") for what in CHANGE_COLUMNS]
    lines: list[tuple[str | int | float | None, ...]] = []
    for row in headline.rows:
        for model, cell in zip(headline.models, row.cells, strict=True):
            place = (row.stratum, row.suite, int(row.unseen), model.name, model.role)
            sizes = (row.clips.value, row.utterances.value, row.speakers.value, row.hours.value)
            kinds = (cell.substitutions.value, cell.deletions.value, cell.insertions.value)
            figures = (cell.cer.value, cell.cer_without_loops.value, cell.loops, *kinds)
            silent = (cell.written_clips.value, cell.per_minute.value)
            own = (row.to_base, row.to_control) if model == headline.subject else (None, None)
            lines.append((*place, *sizes, *figures, *silent, *_numbers(own[0]), *_numbers(own[1])))
    return Table((*PLACE_COLUMNS, *CELL_COLUMNS, *changes), lines)


def _numbers(change: Change | None) -> tuple[str | float | None, ...]:
    if change is None:
        return (None,) * len(CHANGE_COLUMNS)
    figures = (change.delta, change.low, change.high, change.relative)
    return *(figure.value for figure in figures), change.verdict, change.detectable.value


SECTION = Section("headline", 10, build, as_table)
