"""Metrics: every metric beside the headline CER, for each stratum and model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eval_suites import metrics
from eval_suites.results import metric_names, table
from eval_suites.scorer import LOOPS
from reports.evidence import Evidence, ModelColumn
from reports.rounding import Figure, percent
from reports.sections import Section, Table
from reports.text import Text, say_or


@dataclass(frozen=True)
class MetricRow:
    """One metric: what one token of it is, and its rate per stratum and model."""

    name: str
    title: Text
    token: Text
    higher_is_better: bool
    rates: tuple[tuple[Figure, ...], ...]


@dataclass(frozen=True)
class Metrics:
    """The table. Metrics of which nothing was counted are left out."""

    models: tuple[ModelColumn, ...]
    strata: tuple[tuple[str, Text], ...]
    rows: tuple[MetricRow, ...]


def build(evidence: Evidence) -> Metrics | None:
    """The table's data; ``None`` where nothing was evaluated."""
    if evidence.rows.empty:
        return None
    totals = {
        (row["stratum"], row["model"]): {str(name): value for name, value in row.items()}
        for row in table(evidence.results).to_dict("records")
    }
    rows = []
    for name in sorted(metric_names(evidence.results.suites), key=LOOPS.__eq__):
        metric = metrics.get(name)
        rates = tuple(
            tuple(percent(_rate(totals.get((stratum, model.name), {}), name)) for model in evidence.models)
            for stratum in evidence.strata
        )
        if any(rate.value is not None for of_stratum in rates for rate in of_stratum):
            rows.append(MetricRow(name, Text(**metric.title), Text(**metric.token), metric.higher_is_better, rates))
    strata = tuple((name, say_or(f"common.stratum_{name}", name)) for name in evidence.strata)
    return Metrics(evidence.models, strata, tuple(rows))


def _rate(total: Mapping[str, Any], name: str) -> float | None:
    """A metric's rate in a row of ``results.table``, where loops are a number of clips."""
    if name != LOOPS:
        return total.get(name)
    return total[LOOPS] / total["clips"] if total else None


def as_table(data: Metrics) -> Table:
    """``metrics.csv``: a line for each metric, stratum and model."""
    lines = [
        (row.name, stratum, model.name, rate.value)
        for row in data.rows
        for (stratum, _), of_stratum in zip(data.strata, row.rates, strict=True)
        for model, rate in zip(data.models, of_stratum, strict=True)
    ]
    return Table(("metric", "stratum", "model", "percent"), lines)


SECTION = Section("metrics", 25, build, as_table)
