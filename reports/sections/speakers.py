"""Speakers: how each speaker fared, over all suites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, count, percent, points
from reports.sections import Section, Table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SpeakerRow:
    """One speaker: tags as text, distinct utterances, CER per model (all suites pooled) and the change to base."""

    speaker: str
    tags: tuple[str, ...]
    utterances: Figure
    cers: tuple[Figure, ...]
    change: Figure
    better: bool | None


@dataclass(frozen=True)
class Speakers:
    """The table, the speaker with the highest CER of the subject first."""

    models: tuple[ModelColumn, ...]
    tag_names: tuple[str, ...]
    rows: tuple[SpeakerRow, ...]
    scale_percent: float


def build(evidence: Evidence) -> Speakers | None:
    """The speakers' table; ``None`` where no speaker is named."""
    rows = evidence.rows[evidence.rows["speaker"].notna() & evidence.rows["summed"]]
    if rows.empty:
        return None
    subject = evidence.first("candidate") or evidence.models[-1]
    base = evidence.first("base")
    tag_columns = [column for column in rows.columns if column.startswith("tag_") and _is_of_speaker(rows, column)]
    found: list[tuple[float, SpeakerRow]] = []
    for speaker, own in rows.groupby("speaker", sort=True):
        rates = {model.name: _rate(own[own["model"] == model.name]) for model in evidence.models}
        change = _difference(rates[subject.name], rates[base.name]) if base else None
        tags = tuple("" if _missing(own[column].iloc[0]) else str(own[column].iloc[0]) for column in tag_columns)
        row = SpeakerRow(
            str(speaker),
            tags,
            count(own["utterance_id"].nunique()),
            tuple(percent(rates[model.name]) for model in evidence.models),
            points(change),
            None if not change else change < 0,
        )
        found.append((-(rates[subject.name] or 0.0), row))
    found.sort(key=lambda pair: (pair[0], pair[1].speaker))
    ordered = tuple(row for _, row in found)
    highest = max((cer.value or 0.0 for row in ordered for cer in row.cers), default=0.0)
    return Speakers(
        evidence.models, tuple(c.removeprefix("tag_") for c in tag_columns), ordered, min(100.0, highest) or 1.0
    )


def _is_of_speaker(rows: pd.DataFrame, column: str) -> bool:
    """Whether a tag says something, and the same for all utterances of a speaker."""
    return bool(rows[column].notna().any() and rows.groupby("speaker")[column].nunique().max() <= 1)


def _missing(value: object) -> bool:
    return value is None or value != value


def _rate(rows: pd.DataFrame) -> float | None:
    errors = int(rows[["substitutions", "deletions", "insertions"]].to_numpy().sum())
    length = int(rows[["hits", "substitutions", "deletions"]].to_numpy().sum())
    return errors / length if length else None


def _difference(new: float | None, old: float | None) -> float | None:
    return None if new is None or old is None else new - old


def as_table(speakers: Speakers) -> Table:
    """``speakers.csv``: one line per speaker."""
    columns = (
        "speaker",
        *speakers.tag_names,
        "utterances",
        *(f"cer_percent {model.name}" for model in speakers.models),
    )
    lines = [
        (row.speaker, *row.tags, row.utterances.value, *(cer.value for cer in row.cers), row.change.value)
        for row in speakers.rows
    ]
    return Table((*columns, "change_to_base_points"), lines)


SECTION = Section("speakers", 30, build, as_table)
