"""Speakers: how each speaker fared, over all suites."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval_suites.results import pooled_rate
from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, count, percent, points, whole_percent
from reports.sections import Section, Table

if TYPE_CHECKING:
    import pandas as pd


DOTS_FROM, DOTS_WIDTH = 4.0, 160.0


@dataclass(frozen=True)
class SpeakerRow:
    """One speaker: tags as text, distinct utterances, CER per model (all suites pooled) and the change to base.

    ``dots``: where each model's CER lies on the row's scale, as an SVG coordinate; empty where there is none.
    """

    speaker: str
    tags: tuple[str, ...]
    utterances: Figure
    cers: tuple[Figure, ...]
    dots: tuple[str, ...]
    change: Figure


@dataclass(frozen=True)
class Speakers:
    """The table, the speaker with the highest CER of the subject first. ``scale`` is where the dots' axis ends."""

    models: tuple[ModelColumn, ...]
    tag_names: tuple[str, ...]
    rows: tuple[SpeakerRow, ...]
    scale: Figure


def build(evidence: Evidence) -> Speakers | None:
    """The speakers' table; ``None`` where no speaker is named."""
    rows = evidence.rows[evidence.rows["speaker"].notna() & evidence.rows["summed"]]
    if rows.empty:
        return None
    subject = evidence.first("candidate") or evidence.models[-1]
    base = evidence.first("base")
    tag_columns = [column for column in rows.columns if column.startswith("tag_") and _is_of_speaker(rows, column)]
    of_speakers = {str(speaker): own for speaker, own in rows.groupby("speaker", sort=True)}
    rates = {
        speaker: {model.name: pooled_rate(own[own["model"] == model.name]) for model in evidence.models}
        for speaker, own in of_speakers.items()
    }
    known = [rate for of_models in rates.values() for rate in of_models.values() if not math.isnan(rate)]
    scale = min(1.0, max(known, default=0.0)) or 0.01

    def hardest_first(speaker: str) -> tuple[float, str]:
        rate = rates[speaker][subject.name]
        return 0.0 if math.isnan(rate) else -rate, speaker

    made = tuple(
        SpeakerRow(
            speaker,
            tuple(_text(of_speakers[speaker][column].iloc[0]) for column in tag_columns),
            count(of_speakers[speaker]["utterance_id"].nunique()),
            tuple(percent(rate) for rate in rates[speaker].values()),
            tuple(_dot(rate, scale) for rate in rates[speaker].values()),
            points(rates[speaker][subject.name] - rates[speaker][base.name] if base else None),
        )
        for speaker in sorted(rates, key=hardest_first)
    )
    return Speakers(evidence.models, tuple(c.removeprefix("tag_") for c in tag_columns), made, whole_percent(scale))


def _dot(rate: float, scale: float) -> str:
    return "" if math.isnan(rate) else f"{DOTS_FROM + DOTS_WIDTH * min(rate / scale, 1.0):.1f}"


def _is_of_speaker(rows: pd.DataFrame, column: str) -> bool:
    """Whether a tag says something, and the same for all utterances of a speaker."""
    return bool(rows[column].notna().any() and rows.groupby("speaker")[column].nunique().max() <= 1)


def _text(tag: object) -> str:
    return "" if tag is None or tag != tag else str(tag)


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
