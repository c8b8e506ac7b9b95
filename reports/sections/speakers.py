"""Speakers: how each speaker fared over all suites, and the change by groups of speakers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval_suites.bands import bands
from eval_suites.results import pooled_rate
from eval_suites.tally import COUNTS
from reports.charts import alone, forest, scatter
from reports.charts.forest import Branch
from reports.charts.scatter import Dot
from reports.compare import Change, change
from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, count, percent, points, whole_percent
from reports.sections import Section, Table
from reports.text import Text, say, say_or

if TYPE_CHECKING:
    import pandas as pd


DOTS_FROM, DOTS_WIDTH = 4.0, 160.0
WORST_SHARE = 0.05
GROUPED = ("gender", "age", "region", "role")
COLUMNS = ("model", "suite", "utterance_id", "speaker", "block", "block_kind")
MOST_GROUPS = 20
"""A tag of more values names something else than groups of speakers."""


@dataclass(frozen=True)
class SpeakerRow:
    """One speaker: tags as text, distinct utterances, CER per model (all suites pooled) and the change to base.

    ``dots``: where each model's CER lies on the row's scale, as an SVG coordinate; empty where there is none.
    ``worst``: among the 5 % with the highest CER of the subject.
    """

    speaker: str
    tags: tuple[str, ...]
    utterances: Figure
    cers: tuple[Figure, ...]
    dots: tuple[str, ...]
    change: Figure
    worst: bool


@dataclass(frozen=True)
class Group:
    """One value of a tag: its speakers and utterances, and the change of the subject to base in all its clips."""

    tag: str
    value: str
    speakers: Figure
    utterances: Figure
    change: Change

    @property
    def title(self) -> Text:
        """The value, or that it is not stated."""
        return Text.same(self.value) if self.value else say("speakers.unstated")


@dataclass(frozen=True)
class Speakers:
    """The table, the speaker with the highest CER of the subject first. ``scale`` is where the dots' axis ends.

    ``subject`` and ``base`` are the places of the models that scatter and forest compare. ``worst``: what is said of
    the worst 5 %. ``few``: whether a group is too small for a verdict.
    """

    models: tuple[ModelColumn, ...]
    tag_names: tuple[str, ...]
    rows: tuple[SpeakerRow, ...]
    scale: Figure
    subject: int
    base: int | None
    groups: tuple[Group, ...]
    worst: Text
    level_percent: int

    @property
    def few(self) -> bool:
        """Whether any group is too small for a verdict."""
        return any(group.change.strength != "full" for group in self.groups)

    @property
    def dots(self) -> tuple[Dot, ...]:
        """The scatter's dots; none without a base."""
        if self.base is None:
            return ()
        found = []
        for row in self.rows:
            x, y = row.cers[self.base].value, row.cers[self.subject].value
            if x is not None and y is not None:
                found.append(Dot(x, y, int(row.utterances.value or 0), row.speaker, row.worst))
        return tuple(found)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The forest's branches."""
        made = []
        for place, group in enumerate(self.groups):
            first = not place or self.groups[place - 1].tag != group.tag
            heading = say_or(f"speakers.tag_{group.tag}", group.tag) if first else None
            own = group.change
            made.append(
                Branch(
                    group.title, own.counted, own.delta.value, own.low.value, own.high.value,
                    f"{own.delta}{own.mark} {own.interval}", own.tone, own.described, heading,
                )
            )  # fmt: skip
        return tuple(made)


def build(evidence: Evidence) -> Speakers | None:
    """The speakers' table; ``None`` where no speaker is named."""
    if evidence.rows.empty:
        return None
    tags = [str(column) for column in evidence.rows.columns if str(column).startswith("tag_")]
    rows = evidence.rows.loc[
        evidence.rows["speaker"].notna() & evidence.rows["summed"].astype(bool), [*COLUMNS, *COUNTS, *tags]
    ]
    if rows.empty:
        return None
    names = [model.name for model in evidence.models]
    subject, base = evidence.subject or evidence.models[-1], evidence.base
    base = None if base == subject else base
    rows = rows.assign(speaker=rows["speaker"].astype(str))
    rates = _rates(evidence, rows)
    values = _tags(rows)
    known = [rate for of_models in rates.values() for rate in of_models.values() if not math.isnan(rate)]
    scale = min(1.0, max(known, default=0.0)) or 0.01
    utterances = rows.groupby("speaker")["utterance_id"].nunique()

    def hardest_first(speaker: str) -> tuple[float, str]:
        rate = rates[speaker].get(subject.name, math.nan)
        return 0.0 if math.isnan(rate) else -rate, speaker

    order = sorted(rates, key=hardest_first)
    worst = set(order[: max(1, math.ceil(WORST_SHARE * len(order)))])
    made = tuple(
        SpeakerRow(
            speaker,
            tuple(values[name].get(speaker, "") for name in values),
            count(utterances[speaker]),
            tuple(percent(rates[speaker].get(name)) for name in names),
            tuple(_dot(rates[speaker].get(name, math.nan), scale) for name in names),
            points(_less(rates[speaker], subject, base)),
            speaker in worst,
        )
        for speaker in order
    )
    return Speakers(
        evidence.models, tuple(values), made, whole_percent(scale), names.index(subject.name),
        names.index(base.name) if base else None,
        tuple(_groups(evidence, rows, subject, base)) if base else (),
        _worst(rows[rows["speaker"].isin(worst)], rows, len(worst), subject, base), round(100 * evidence.level),
    )  # fmt: skip


def _rates(evidence: Evidence, rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    """CER by speaker and model, over all suites."""
    rates: dict[str, dict[str, float]] = {}
    for (speaker, model), band in bands(rows, ("speaker", "model"), draws=1, level=evidence.level).items():
        rates.setdefault(speaker, {})[model] = band.rate
    return rates


def _less(rates: Mapping[str, float], subject: ModelColumn, base: ModelColumn | None) -> float | None:
    return rates.get(subject.name, math.nan) - rates.get(base.name, math.nan) if base else None


def _worst(own: pd.DataFrame, rows: pd.DataFrame, number: int, subject: ModelColumn, base: ModelColumn | None) -> Text:
    """What the hardest speakers' CER is, by base and subject, beside that of all."""

    def cer(of: pd.DataFrame, model: ModelColumn) -> Figure:
        return percent(pooled_rate(of[of["model"] == model.name]))

    facts = {"n": f"{number:,}", "of": f"{rows['speaker'].nunique():,}", "after": cer(own, subject)}
    facts |= {"all": cer(rows, subject), "subject": subject.title}
    if base is None:
        return say("speakers.worst_alone", **facts)
    return say("speakers.worst", before=cer(own, base), base=base.title, **facts)


def _groups(evidence: Evidence, rows: pd.DataFrame, subject: ModelColumn, base: ModelColumn) -> list[Group]:
    """By tag, the groups with the greatest loss first and those of few speakers last."""
    tags = [f"tag_{tag}" for tag in GROUPED if f"tag_{tag}" in rows]
    pair = rows.loc[rows["model"].isin([subject.name, base.name]), [*COLUMNS, *COUNTS, *tags]]
    found: list[Group] = []
    for tag in GROUPED:
        column = f"tag_{tag}"
        if column not in pair or not 2 <= pair[column].nunique() <= MOST_GROUPS:
            continue
        values = pair[column].map(_text)
        of_tag = []
        for value in sorted(values.unique()):
            own = pair[values == value]
            compared = change(evidence, own, subject.name, base.name)
            if compared:
                sizes = count(own["speaker"].nunique()), count(own["utterance_id"].nunique())
                of_tag.append(Group(tag, value, *sizes, compared))
        found += sorted(of_tag, key=_greatest_loss_first)
    return found


def _greatest_loss_first(group: Group) -> tuple[bool, float, str]:
    delta = group.change.delta.value
    return group.change.described, math.inf if delta is None else -delta, group.value


def _dot(rate: float, scale: float) -> str:
    return "" if math.isnan(rate) else f"{DOTS_FROM + DOTS_WIDTH * min(rate / scale, 1.0):.1f}"


def _tags(rows: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Of each tag that says the same for all utterances of a speaker: its value by speaker."""
    columns = [column for column in rows.columns if column.startswith("tag_") and rows[column].notna().any()]
    by_speaker = rows.groupby("speaker")
    own = [column for column in columns if by_speaker[column].nunique().max() <= 1]
    return {
        column.removeprefix("tag_"): {str(k): _text(v) for k, v in by_speaker[column].first().items()} for column in own
    }


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


def figures(speakers: Speakers, language: str) -> dict[str, str]:
    """The scatter and the forest, where there is a base to compare with."""
    made: dict[str, str] = {}
    style = alone.style("speakers")
    if speakers.dots and speakers.base is not None:
        base, subject = speakers.models[speakers.base], speakers.models[speakers.subject]
        x, y = (say("speakers.axis", model=model.title) for model in (base, subject))
        label = say("speakers.scatter")
        made["speakers_scatter"] = str(
            scatter.draw(speakers.dots, x, y, label, subject.colour, language=language, style=style)
        )
    if speakers.branches:
        label = say("speakers.forest", level=speakers.level_percent)
        made["speakers_forest"] = str(forest.draw(speakers.branches, label, width=640, language=language, style=style))
    return made


SECTION = Section("speakers", 30, build, as_table, figures)
