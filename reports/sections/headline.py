"""Headline: a row per stratum and suite, a column per model, and the changes between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval_suites.results import table
from eval_suites.tally import rate
from reports.compare import Change, change
from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, count, hours, percent
from reports.sections import Section, Table
from reports.text import Text, say, say_or

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cell:
    """What one model did on one row's clips. Rates in percent of the reference syllables."""

    cer: Figure
    cer_without_loops: Figure
    loops: int
    substitutions: Figure
    deletions: Figure
    insertions: Figure


@dataclass(frozen=True)
class Row:
    """A stratum (``suite`` is empty) or a suite. ``cells`` go with ``Headline.models``."""

    stratum: str
    suite: str
    title: Text
    unseen: bool
    summed: bool
    clips: Figure
    utterances: Figure
    speakers: Figure
    hours: Figure
    cells: tuple[Cell, ...]
    to_base: Change | None
    to_control: Change | None

    @property
    def is_stratum(self) -> bool:
        """Whether the row sums up a whole stratum."""
        return not self.suite


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
    def shown(self) -> tuple[Row, ...]:
        """The rows without those that say what the stratum's row above them says."""
        suites = [row.stratum for row in self.rows if not row.is_stratum]
        same = {row.stratum: row.title for row in self.strata if suites.count(row.stratum) == 1}
        return tuple(row for row in self.rows if row.is_stratum or same.get(row.stratum) != row.title)

    @property
    def strata(self) -> tuple[Row, ...]:
        """Only the strata's rows."""
        return tuple(row for row in self.rows if row.is_stratum)


def build(evidence: Evidence) -> Headline | None:
    """The headline table of the first candidate against base and control."""
    if evidence.rows.empty:
        return None
    by_stratum = _indexed(table(evidence.results, by="stratum"), "stratum")
    by_suite = _indexed(table(evidence.results, by="suite"), "suite")
    rows: list[Row] = []
    for stratum in evidence.strata:
        suites = [s for s in evidence.results.suites if s.stratum == stratum and s.name in by_suite]
        if stratum in by_stratum:
            rows.append(_row(evidence, by_stratum[stratum], _Place(stratum, all(suite.unseen for suite in suites))))
        for suite in suites:
            place = _Place(stratum, suite.unseen, suite.name, Text(**suite.title), suite.summed)
            rows.append(_row(evidence, by_suite[suite.name], place))
    return Headline(
        evidence.models,
        tuple(rows),
        evidence.first("candidate"),
        evidence.first("base"),
        evidence.first("control"),
        _notes([c for row in rows for c in (row.to_base, row.to_control) if c]),
        round(100 * evidence.level),
    )


def _notes(changes: list[Change]) -> tuple[Text, ...]:
    """What few blocks allow, once for each mark that the table shows."""
    keys: dict[str, Text] = {}
    for one in changes:
        if one.strength != "full":
            key = "clips" if one.kind == "clip" else one.strength
            facts = {name: say(f"common.{name}_{one.kind}") for name in ("kinds", "only")}
            keys[key] = say(f"headline.note_{key}", **facts)
    return tuple(keys[key] for key in sorted(keys, reverse=True))


@dataclass(frozen=True)
class _Place:
    """Where a row stands."""

    stratum: str
    unseen: bool
    suite: str = ""
    suite_title: Text | None = None
    summed: bool = True

    @property
    def title(self) -> Text:
        return self.suite_title or say_or(f"common.stratum_{self.stratum}", self.stratum)

    def rows_of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The clips that count here: a suite's own, or those of all the stratum's suites that are summed."""
        if self.suite:
            return rows[rows["suite"] == self.suite]
        return rows[(rows["stratum"] == self.stratum) & rows["summed"]]


Totals = Mapping[str, Mapping[str, Any]]


def _indexed(frame: pd.DataFrame, by: str) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The records of a table by stratum or suite, then by model."""
    indexed: dict[str, dict[str, Mapping[str, Any]]] = {}
    for record in frame.to_dict("records"):
        indexed.setdefault(str(record[by]), {})[str(record["model"])] = {str(k): v for k, v in record.items()}
    return indexed


def _row(evidence: Evidence, totals: Totals, place: _Place) -> Row:
    some = totals[evidence.models[0].name]
    rows = place.rows_of(evidence.rows)
    subject, base, control = (evidence.first(role) for role in ("candidate", "base", "control"))
    return Row(
        place.stratum,
        place.suite,
        place.title,
        place.unseen,
        place.summed,
        count(some["clips"]),
        count(some["utterances"]),
        count(some["speakers"]),
        hours(3600.0 * some["hours"]),
        tuple(_cell(totals[model.name]) for model in evidence.models),
        change(evidence, rows, subject.name, base.name) if subject and base else None,
        change(evidence, rows, subject.name, control.name) if subject and control else None,
    )


def _cell(total: Mapping[str, Any]) -> Cell:
    kinds = [total[kind] for kind in ("substitutions", "deletions", "insertions")]
    substitutions, deletions, insertions = (percent(float(share)) for share in rate(kinds, total["reference_length"]))
    return Cell(
        percent(total["cer"]),
        percent(total["cer_without_loops"]),
        int(total["loops"]),
        substitutions,
        deletions,
        insertions,
    )


PLACE_COLUMNS = ("stratum", "suite", "unseen", "model", "role", "clips", "utterances", "speakers", "hours")
CELL_COLUMNS = (
    "cer_percent",
    "cer_without_loops_percent",
    "loops",
    "substitutions_percent",
    "deletions_percent",
    "insertions_percent",
)
CHANGE_COLUMNS = ("change_to", "low_to", "high_to", "relative_percent_to")


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
            own = (row.to_base, row.to_control) if model == headline.subject else (None, None)
            lines.append((*place, *sizes, *figures, *_numbers(own[0]), *_numbers(own[1])))
    return Table((*PLACE_COLUMNS, *CELL_COLUMNS, *changes), lines)


def _numbers(change: Change | None) -> tuple[float | None, ...]:
    if change is None:
        return (None,) * len(CHANGE_COLUMNS)
    return change.delta.value, change.low.value, change.high.value, change.relative.value


SECTION = Section("headline", 10, build, as_table)
