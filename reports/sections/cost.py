"""Cost: what each model takes to hear a second of audio, beside how well it hears."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from eval_suites.cost import Cost as Measured
from eval_suites.results import pooled_rate
from reports.charts import alone, cloud
from reports.charts.cloud import Place
from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, count, decimal, percent
from reports.sections import Section, Table
from reports.text import Text, say, say_or
from reports.verdict import MAIN_STRATA

MEGABYTE = 1e6
AXES = ("work", "memory", "disk")


@dataclass(frozen=True)
class CostRow:
    """One model. ``work`` is seconds of work for a second of audio; sizes in megabytes, ``load`` in seconds."""

    model: ModelColumn
    engine: str
    quantisation: str
    device: str
    clips: Figure
    cer: Figure
    work: Figure
    memory: Figure
    disk: Figure
    load: Figure
    audio: Figure
    threads: Figure
    front: bool

    def figure(self, axis: str) -> Figure:
        """The figure of one of ``AXES``."""
        return {"work": self.work, "memory": self.memory, "disk": self.disk}[axis]


@dataclass(frozen=True)
class Cost:
    """The table. ``stratum`` is what the CER is of; ``alike`` whether all were measured on the same kind of machine."""

    stratum: Text
    rows: tuple[CostRow, ...]
    alike: bool

    @property
    def axes(self) -> tuple[str, ...]:
        """The costs that two models or more can be compared by."""
        return tuple(axis for axis in AXES if len(self.places(axis)) > 1)

    def places(self, axis: str) -> tuple[Place, ...]:
        """The models by one cost and their CER; those on the front are beaten by no other in both."""
        known = [(r, r.figure(axis).value, r.cer.value) for r in self.rows]
        found = [(row, x, y) for row, x, y in known if x is not None and y is not None]
        fronts = _front([(x, y) for _, x, y in found])
        return tuple(
            Place(
                row.model.title, row.model.colour, x, y, front,
                f"{row.model.name}: {row.figure(axis)}, CER {row.cer} %",
            )
            for (row, x, y), front in zip(found, fronts, strict=True)
        )  # fmt: skip


def build(evidence: Evidence) -> Cost | None:
    """The costs; ``None`` where none was measured."""
    measured = {cost.model: cost for cost in evidence.results.costs}
    if evidence.rows.empty or not measured.keys() & {model.name for model in evidence.models}:
        return None
    stratum = next((name for name in MAIN_STRATA if name in evidence.strata), evidence.strata[0])
    own = evidence.rows[(evidence.rows["stratum"] == stratum) & evidence.rows["summed"]]
    records = {record.name: record for record in evidence.results.models}
    rates = {str(name): pooled_rate(rows) for name, rows in own.groupby("model")}
    clips = own.groupby("model").size()
    known = [
        (model.name, work, cer)
        for model in evidence.models
        if (work := _work(measured.get(model.name))) is not None
        and not math.isnan(cer := rates.get(model.name, math.nan))
    ]
    fronts = _front([(work, cer) for _, work, cer in known])
    front = {name for (name, *_), best in zip(known, fronts, strict=True) if best and len(known) > 1}
    rows = []
    for model in evidence.models:
        cost, record = measured.get(model.name), records[model.name]
        rows.append(
            CostRow(
                model,
                record.engine,
                record.quantisation,
                cost.device if cost else record.device,
                count(int(clips.get(model.name, 0))),
                percent(rates.get(model.name)),
                decimal(_work(cost), 3),
                _megabytes(cost.peak_bytes if cost else None),
                _megabytes(cost.disk_bytes if cost else None),
                decimal(cost.load_s if cost else None, 1),
                decimal(cost.audio_s if cost else None, 0),
                count(cost.threads if cost else None),
                model.name in front,
            )
        )
    machines = {(cost.device, cost.threads) for cost in measured.values()}
    return Cost(say_or(f"common.stratum_{stratum}", stratum), tuple(rows), len(machines) == 1)


def _work(cost: Measured | None) -> float | None:
    return cost.seconds_per_second if cost and cost.audio_s > 0 else None


def _megabytes(size: int | None) -> Figure:
    return decimal(None if size is None else size / MEGABYTE, 0)


def _front(points: Sequence[tuple[float, float]]) -> list[bool]:
    """Of each point whether no other is as low in both and lower in one (the Pareto front)."""
    return [
        not any(a <= x and b <= y and (a, b) != (x, y) for a, b in points) for x, y in points
    ]  # fmt: skip


TEXTS = ("engine", "quantisation", "device")


def as_table(data: Cost) -> Table:
    """``cost.csv``: a line for each model."""
    names = (
        "model", "role", *TEXTS, "clips", "cer_percent", "seconds_per_second", "peak_memory_mb", "disk_mb", "load_s",
        "audio_s", "threads", "pareto_front",
    )  # fmt: skip
    lines = [
        (row.model.name, row.model.role, row.engine, row.quantisation, row.device, row.clips.value, row.cer.value,
         row.work.value, row.memory.value, row.disk.value, row.load.value, row.audio.value, row.threads.value,
         int(row.front))
        for row in data.rows
    ]  # fmt: skip
    return Table(names, lines)


def figures(data: Cost, language: str) -> dict[str, str]:
    """A cloud for each cost that two models or more can be compared by."""
    style = alone.style("cost")
    return {
        f"cost_{axis}": str(
            cloud.draw(
                data.places(axis), say(f"cost.axis_{axis}"), say("cost.axis_cer", stratum=data.stratum),
                say(f"cost.cloud_{axis}"), language=language, style=style,
            )
        )
        for axis in data.axes
    }  # fmt: skip


SECTION = Section("cost", 65, build, as_table, figures)
