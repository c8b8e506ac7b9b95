"""Bars: the CER of every suite as a picture, one group of bars a suite."""

from __future__ import annotations

from dataclasses import dataclass

from eval_suites.results import table
from reports.charts.bars import Bar, Group
from reports.evidence import Evidence
from reports.rounding import percent
from reports.sections import Section
from reports.text import Text, say_or


@dataclass(frozen=True)
class Bars:
    """Groups in suite order, and the legend: titles with colour classes."""

    groups: tuple[Group, ...]
    legend: tuple[tuple[Text, str], ...]


def build(evidence: Evidence) -> Bars | None:
    """The chart's data; ``None`` where nothing was evaluated."""
    if evidence.rows.empty:
        return None
    totals = table(evidence.results, by="suite")
    rates = {(r["suite"], r["model"]): percent(r["cer"]) for r in totals.to_dict("records")}
    groups: list[Group] = []
    for stratum in evidence.strata:
        heading: Text | None = say_or(f"common.stratum_{stratum}", stratum)
        for suite in evidence.results.suites:
            if suite.stratum == stratum and (suite.name, evidence.models[0].name) in rates:
                figures = [(model.colour, rates[(suite.name, model.name)]) for model in evidence.models]
                bars = tuple(Bar(colour, figure.value, figure.text) for colour, figure in figures)
                groups.append(Group(Text(**suite.title), bars, heading))
                heading = None
    return Bars(tuple(groups), tuple((model.title, model.colour) for model in evidence.models))


SECTION = Section("bars", 20, build)
