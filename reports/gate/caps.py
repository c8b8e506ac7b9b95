"""Caps: limits that a candidate must keep, whatever the baseline does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from eval_suites import metrics
from eval_suites.cost import Cost
from eval_suites.scorer import LOOPS
from eval_suites.tally import Tally
from reports.gate.budgets import COSTS, Budgets
from reports.gate.cells import NAMED, metric_title, missing, title, total
from reports.gate.side import Side, SuiteCounts
from reports.gate.verdict import CapFinding, Outcome
from reports.rounding import Figure, count, decimal, percent
from reports.text import Text, say

MEGABYTE = 1_000_000
FIGURES: Mapping[str, Callable[[Cost], float | None]] = {
    "seconds_per_second": lambda cost: cost.decode_s / cost.audio_s if cost.audio_s > 0 else None,
    "peak_memory_mb": lambda cost: None if cost.peak_bytes is None else cost.peak_bytes / MEGABYTE,
    "load_s": lambda cost: cost.load_s,
    "disk_mb": lambda cost: None if cost.disk_bytes is None else cost.disk_bytes / MEGABYTE,
}


def check(side: Side, budgets: Budgets) -> tuple[CapFinding, ...]:
    """A finding for each cap; a figure that is not known is evidence that lacks, never a pass.

    A cap of ``loops`` is a number of clips, of another metric its rate: the most allowed, or the least where higher is
    better. Without a group it holds over all clips that are summed.
    """
    return tuple(_caps(side, budgets))


def _caps(side: Side, budgets: Budgets) -> Iterator[CapFinding]:
    for name, limit in budgets.caps.items():
        if name in COSTS:
            assert not isinstance(limit, Mapping)
            yield _of_cost(side, name, limit)
        elif isinstance(limit, Mapping):
            for group, one in limit.items():
                found = side.of("stratum", group)
                by, suites = ("stratum", found) if found else ("suite", side.of("suite", group))
                named = title(side, "suite" if by == "suite" else "stratum", group)
                yield _of_metric(suites, name, one, group, named)
        else:
            suites = tuple(suite for suite in side.suites if suite.summed)
            yield _of_metric(suites, name, limit, "", None)


def _of_cost(side: Side, name: str, limit: float) -> CapFinding:
    value = FIGURES[name](side.cost) if side.cost else None
    return _finding(name, "", say(f"gate.cap_{name}"), value, limit, lambda number: decimal(number, 2))


def _of_metric(suites: tuple[SuiteCounts, ...], name: str, limit: float, group: str, named: Text | None) -> CapFinding:
    heading = say("gate.cap_loops") if name == LOOPS else metric_title(name)
    heading = Text(f"{named.en}: {heading.en}", f"{named.ko}: {heading.ko}") if named else heading
    counts = total(suites, name)
    if name == LOOPS:
        value = float(counts[1]) if counts and any(counts) else None
        found = _finding(name, group, heading, value, limit, count)
    else:
        metric = metrics.get(name)
        value = metric.rate.of(Tally(*counts)) if counts else None
        found = _finding(name, group, heading, value, limit, percent, floor=metric.higher_is_better)
    lost = missing(suites)
    if not lost or found.outcome != "pass":
        return found
    clips = ", ".join(lost[:NAMED]) + (" …" if len(lost) > NAMED else "")
    return replace(found, outcome="incomplete", reason=say("gate.because_missing", count=len(lost), clips=clips))


def _finding(
    name: str,
    group: str,
    heading: Text,
    value: float | None,
    limit: float,
    shown: Callable[[float | None], Figure],
    *,
    floor: bool = False,
) -> CapFinding:
    known = value is not None and value == value
    outcome: Outcome = "incomplete"
    if known and value is not None:
        outcome = "pass" if (value >= limit if floor else value <= limit) else "fail"
    facts = {"value": shown(value), "limit": shown(limit)}
    reason = say(f"gate.cap_{'floor_' if floor else ''}{outcome}", **facts)
    return CapFinding(name, group, heading, outcome, reason, facts["value"], facts["limit"])
