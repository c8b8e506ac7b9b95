"""Export: size, speed and parity of what was exported, beside the model that was trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.compare import counted
from reports.evidence import Evidence
from reports.rounding import Figure, count, decimal, percent, points
from reports.sections import Section, Table
from reports.text import Text, say, say_or

MEGABYTE = 1e6
COMPUTED_TRAINED = "float32"


@dataclass(frozen=True)
class Cell:
    """One stratum of a row: the change, its interval's ends and what that is ``over``, and what is said of it
    (``verdict``).
    """

    stratum: Text
    suite: str
    metric: str
    clips: Figure
    blocks: Figure
    over: Text
    few: bool
    reference: Figure
    exported: Figure
    delta: Figure
    low: Figure
    high: Figure
    identical: Figure
    loops: Text
    verdict: str
    needed: Figure


@dataclass(frozen=True)
class Row:
    """One format in the hands of one tool. ``against`` is the row that it is set against."""

    name: str
    tool: str
    against: str
    computed: str
    size: Figure
    work: Figure
    verdict: str
    judged: bool
    how_to_get: str
    options: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Exported:
    """One model's exports. ``held``: every judged row is within the budget."""

    model: str
    title: Text
    budget: Figure
    device: str
    held: bool
    size: Figure
    work: Figure
    rows: tuple[Row, ...]
    left_out: tuple[Text, ...]


@dataclass(frozen=True)
class Export:
    """What each model's check found."""

    models: tuple[Exported, ...]


def build(evidence: Evidence) -> Export | None:
    """The checks; ``None`` where nothing was exported."""
    titles = {model.name: model.title for model in evidence.models}
    found = tuple(_model(record, titles) for record in evidence.exports)
    return Export(found) if found else None


def _model(record: Mapping[str, Any], titles: Mapping[str, Text]) -> Exported:
    name = str(record["model"])
    return Exported(
        name,
        titles.get(name) or Text.same(name),
        points(record["budget"], sign=False),
        str(record["device"]),
        bool(record["held"]),
        decimal(record["trained_bytes"] / MEGABYTE, 1),
        decimal(record["trained_speed"], 3),
        tuple(_row(row) for row in record["rows"]),
        tuple(_left(left) for left in record["left_out"]),
    )


def _left(left: Mapping[str, Any]) -> Text:
    reason = left["reason"]
    said = Text(**reason) if isinstance(reason, Mapping) else Text.same(reason)
    return say("export.left", name=str(left["name"]), reason=said)


def _row(row: Mapping[str, Any]) -> Row:
    check = row["check"]
    told = ", ".join(f"{key}={value}" for key, value in sorted(check["options"].items()))
    return Row(
        str(check["name"]), str(check["tool"]), str(check["against"]), str(row["computed"]),
        decimal(row["disk_bytes"] / MEGABYTE, 1), decimal(row["seconds_per_second"], 3),
        str(row["verdict"]), bool(check["judged"]), str(row["how_to_get"]), told,
        tuple(_cell(one) for one in row["strata"]),
    )  # fmt: skip


def _cell(one: Mapping[str, Any]) -> Cell:
    stratum = str(one["stratum"])
    return Cell(
        say_or(f"common.stratum_{stratum}", stratum), str(one["suite"]), str(one["metric"]), count(one["clips"]),
        count(one["blocks"]), counted(one["kind"], one["blocks"]), one["strength"] != "full",
        percent(one["reference"]), percent(one["exported"]),
        points(one["delta"]), points(one["low"]), points(one["high"]), percent(one["identical"]),
        Text.same(f"{one['loops_reference']} → {one['loops']}"), str(one["verdict"]), count(one["clips_needed"]),
    )  # fmt: skip


def as_table(data: Export) -> Table:
    """``export.csv``: a line for each model, row and stratum."""
    names = (
        "model", "row", "tool", "against", "computed_in", "size_mb", "seconds_per_second", "row_verdict", "stratum",
        "suite", "metric", "clips", "blocks", "few_blocks", "reference_percent", "exported_percent", "delta_points",
        "low_points", "high_points", "identical_percent", "loops", "verdict", "clips_needed",
    )  # fmt: skip
    return Table(names, list(_lines(data)))


def _lines(data: Export) -> Iterator[tuple[str | int | float | None, ...]]:
    for model in data.models:
        for row in model.rows:
            head = (model.model, row.name, row.tool, row.against, row.computed, row.size.value, row.work.value)
            if not row.cells:
                yield (*head, row.verdict, *[None] * 15)
            for one in row.cells:
                yield (
                    *head, row.verdict, one.stratum.en, one.suite, one.metric, one.clips.value, one.blocks.value,
                    int(one.few), one.reference.value, one.exported.value, one.delta.value, one.low.value,
                    one.high.value, one.identical.value, one.loops.en, one.verdict, one.needed.value,
                )  # fmt: skip


SECTION = Section("export", 67, build, as_table)
