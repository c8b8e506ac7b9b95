"""Bars: the chart of the headline, a bar per condition and model: strata first, then the suites of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eval_suites.results import table
from reports.charts import alone
from reports.charts.bars import Bar, Group, draw
from reports.evidence import Evidence
from reports.rounding import Figure, percent
from reports.sections import Section
from reports.text import Text, say, say_or

MOST_SUITES = 24
"""More suites than these make no picture to look at: there each stratum has its own."""


@dataclass(frozen=True)
class Bars:
    """Groups of bars: one a stratum; and for each stratum of several suites its title and theirs. With the legend.

    Where nothing is said there is no CER, and so no bar.
    """

    strata: tuple[Group, ...]
    suites: tuple[tuple[Text, tuple[Group, ...]], ...]
    legend: tuple[tuple[Text, str], ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The picture of it all: every suite under its stratum, or the strata where suites are too many."""
        if sum(len(groups) for _, groups in self.suites) > MOST_SUITES:
            return self.strata
        alone = {group.title: group for group in self.strata}
        several = dict(self.suites)
        shown: list[Group] = []
        for title, group in alone.items():
            suites = several.get(title, ())
            shown += [Group(s.title, s.bars, None if n else title) for n, s in enumerate(suites)] or [group]
        return tuple(shown)


def build(evidence: Evidence) -> Bars | None:
    """The chart's data; ``None`` where nothing was evaluated."""
    if evidence.rows.empty:
        return None
    of_suite, of_stratum = _rates(evidence, "suite"), _rates(evidence, "stratum")
    strata: list[Group] = []
    several: list[tuple[Text, tuple[Group, ...]]] = []
    for stratum in evidence.strata:
        title = say_or(f"common.stratum_{stratum}", stratum)
        names = [(s.name, Text(**s.title)) for s in evidence.results.suites if s.stratum == stratum]
        suites = tuple(_group(evidence, of_suite[name], text) for name, text in names if name in of_suite)
        if stratum in of_stratum:
            strata.append(_group(evidence, of_stratum[stratum], title))
        if suites and (len(suites) > 1 or suites[0].title != title):
            several.append((title, suites))
    if not strata and not several:
        return None
    return Bars(tuple(strata), tuple(several), tuple((model.title, model.colour) for model in evidence.models))


def _rates(evidence: Evidence, by: str) -> dict[str, Mapping[str, Figure]]:
    """The CER of each stratum or suite and model, where anything is said."""
    found: dict[str, dict[str, Figure]] = {}
    for record in table(evidence.results, by=by).to_dict("records"):
        if record["reference_length"]:
            found.setdefault(str(record[by]), {})[str(record["model"])] = percent(record["cer"])
    return dict(found)


def _group(evidence: Evidence, rates: Mapping[str, Figure], title: Text) -> Group:
    return Group(title, tuple(Bar(m.colour, rates[m.name].value, rates[m.name].text) for m in evidence.models))


def figures(bars: Bars, language: str) -> dict[str, str]:
    """The strata, and the suites of each stratum, as pictures that stand alone."""
    label = say("bars.label")
    groups = {"bars": bars.strata or bars.groups}
    groups |= {f"bars-{number}": suites for number, (_, suites) in enumerate(bars.suites, 1)}
    return {
        name: str(draw(own, bars.legend, label, language=language, style=alone.style("bars")))
        for name, own in groups.items()
    }


SECTION = Section("bars", 20, build, figures=figures)
