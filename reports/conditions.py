"""Conditions: what every model did under one, and how the subject differs there from base and from the control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval_suites.tally import rate
from reports.compare import MINUTE_MS, Change, as_change, as_silent_change, compared, compared_in_silence
from reports.evidence import Evidence
from reports.rounding import Figure, count, hours, per_minute, percent
from reports.text import Text, say_or

if TYPE_CHECKING:
    import pandas as pd

    from eval_suites.statistics import Comparison

Totals = Mapping[str, Mapping[str, Any]]
"""A table's record of one condition, by model."""


@dataclass(frozen=True)
class Cell:
    """What one model did on one row's clips. Rates in percent of the reference syllables.

    ``written_clips`` and ``per_minute`` count where nothing is said: clips of which something was written all the
    same, and syllables of it per minute of sound.
    """

    cer: Figure
    cer_without_loops: Figure
    loops: int
    substitutions: Figure
    deletions: Figure
    insertions: Figure
    written_clips: Figure
    per_minute: Figure


@dataclass(frozen=True)
class Row:
    """A stratum (``suite`` is empty) or a suite. ``cells`` go with ``Headline.models``.

    ``silent``: nothing is said in any of the clips, so there is no CER, and the changes are of syllables per minute.
    """

    stratum: str
    suite: str
    title: Text
    unseen: bool
    summed: bool
    silent: bool
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
class Place:
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


@dataclass(frozen=True)
class Draft:
    """A row before its verdicts are adjusted, and what they are read from, by the row's field."""

    row: Row
    comparisons: Mapping[str, Comparison]


def draft(evidence: Evidence, totals: Totals, place: Place) -> Draft:
    """The row of a place, of the records of its models (``eval_suites.results.table``)."""
    some = totals[evidence.models[0].name]
    rows = place.rows_of(evidence.rows)
    silent = not any(total["reference_length"] for total in totals.values())
    comparisons = _comparisons(evidence, rows, silent)
    as_shown = as_silent_change if silent else as_change
    changes = {name: as_shown(one.at(evidence.level)) for name, one in comparisons.items()}
    row = Row(
        place.stratum,
        place.suite,
        place.title,
        place.unseen,
        place.summed,
        silent,
        count(some["clips"]),
        count(some["utterances"]),
        count(some["speakers"]),
        hours(3600.0 * some["hours"]),
        tuple(_cell(totals[model.name], rows[rows["model"] == model.name]) for model in evidence.models),
        changes.get("to_base"),
        changes.get("to_control"),
    )
    return Draft(row, comparisons)


def _comparisons(evidence: Evidence, rows: pd.DataFrame, silent: bool) -> dict[str, Comparison]:
    subject, others = evidence.subject, {"to_base": evidence.base, "to_control": evidence.control}
    compare = compared_in_silence if silent else compared
    made = {
        name: compare(evidence, rows, subject.name, other.name)
        for name, other in others.items()
        if subject and other and other != subject
    }
    return {name: one for name, one in made.items() if one}


def _cell(total: Mapping[str, Any], rows: pd.DataFrame) -> Cell:
    kinds = [total[kind] for kind in ("substitutions", "deletions", "insertions")]
    substitutions, deletions, insertions = (percent(float(share)) for share in rate(kinds, total["reference_length"]))
    mute = rows[rows["hits"] + rows["substitutions"] + rows["deletions"] == 0]
    lasting_ms = 1000 * float(mute["duration_s"].sum())
    return Cell(
        percent(total["cer"]),
        percent(total["cer_without_loops"]),
        int(total["loops"]),
        substitutions,
        deletions,
        insertions,
        count(int((mute["insertions"] > 0).sum()) if len(mute) else None),
        per_minute(MINUTE_MS * int(mute["insertions"].sum()) / lasting_ms if lasting_ms else None),
    )
