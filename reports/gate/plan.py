"""Plan: what a set of clips can show, before anything is judged on it.

How much changes spread can only be seen in a comparison. Of two evaluations it is theirs; of one, that of its tuned
models among each other (the widest, where there are several pairs), else of the tuned model against the base, which
mostly spreads more than two tuned models do. A single system says nothing of it, and is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from eval_suites.power import blocks_needed, detectable
from eval_suites.results import BlockKind
from eval_suites.statistics import verdict_allowed
from kowhisper_tel.core.errors import UserError
from reports.gate.budgets import Budgets, Severity, check_names
from reports.gate.cells import metric_title, title
from reports.gate.rule import Pair, Settings, paired
from reports.gate.side import By, Side, check_comparable, side_of
from reports.rounding import Figure, count, points
from reports.text import Text, say

if TYPE_CHECKING:
    from eval_suites.results import Results

POWER = 0.8
"""Cohen's convention (Statistical Power Analysis, 1988)."""


@dataclass(frozen=True)
class Row:
    """What one cell can show, in points.

    ``detects`` is the loss that is found with 80 %, ``holds`` the margin that an equal system passes with 80 %,
    ``margin`` the one asked for (none where a gain is), ``more`` how many blocks lack for it (``None``: not to be
    told). ``held`` is ``None`` where no margin is asked for, or the two sides nowhere differ, which tells nothing.
    """

    group: str
    title: Text
    by: By
    metric: str
    metric_title: Text
    blocks: int
    kind: BlockKind
    error: Figure
    detects: Figure
    holds: Figure
    margin: Figure
    held: bool | None
    more: int | None
    severity: Severity
    asked: bool

    @property
    def refused(self) -> bool:
        """Whether somebody asked for a margin here that can't be held."""
        return self.asked and self.held is False and self.severity == "error"

    def to_json(self) -> dict[str, Any]:
        """The row for other programs: points, ``null`` where nothing can be said."""
        return {
            "group": self.group, "by": self.by, "metric": self.metric, "severity": self.severity,
            "blocks": self.blocks, "block_kind": self.kind, "error_points": self.error.value,
            "detects_points": self.detects.value, "holds_points": self.holds.value,
            "margin_points": self.margin.value, "held": self.held, "asked": self.asked, "more_blocks": self.more,
        }  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Rows, the pairs of models whose changes were looked at, and how many cells are judged at once."""

    rows: tuple[Row, ...]
    pairs: tuple[tuple[str, str], ...]
    proxy: bool
    tests: int

    @property
    def refused(self) -> tuple[Row, ...]:
        """The rows whose margin can't be held."""
        return tuple(row for row in self.rows if row.refused)

    def to_json(self) -> dict[str, Any]:
        """The plan for other programs."""
        return {
            "schema": "kowhisper-tel-gate-plan/1",
            "power": POWER,
            "tests": self.tests,
            "pairs": [list(pair) for pair in self.pairs],
            "proxy": self.proxy,
            "rows": [row.to_json() for row in self.rows],
        }


def plan(
    pairs: Sequence[tuple[Side, Side]],
    *,
    budgets: Budgets | None = None,
    settings: Settings | None = None,
    by: By = "stratum",
    proxy: bool = False,
) -> Plan:
    """What these comparisons (all over the same clips) say about one that is to come.

    A row for each cell that would be judged, and one for each suite beside its stratum, of which nothing is asked.
    ``proxy``: they are stand-ins for it. Raises ``UserError``: ``gate.budgets_unknown``, ``gate.plan_same`` (exit 5)
    where the systems nowhere differ, and those of ``side.check_comparable``.
    """
    settings, asked = settings or Settings(), budgets or Budgets()
    check_names(asked, [side for pair in pairs for side in pair])
    looked: list[tuple[Pair, ...]] = []
    for old, new in pairs:
        check_comparable(old, new)
        looked.append(paired(old, new, asked, by, settings)[0])
    errors = [one for one in looked[0] if one.cell.asked.level != "warn"]
    tests = max(len(errors), 1)
    side = pairs[0][1]
    rows = [_row(cells, side, settings, tests) for cells in _by_cell(looked)]
    if all(row.error.value == 0 for row in rows):
        raise UserError("gate.plan_same", models=", ".join(f"{old.model} → {new.model}" for old, new in pairs))
    if by == "stratum":
        known = {row.group for row in rows if row.by == "suite"}
        known |= {s.name for s in side.suites if s.summed and len(side.of("stratum", s.stratum)) == 1}
        single = [paired(old, new, Budgets(), "suite", settings)[0] for old, new in pairs]
        beside = [_row(cells, side, settings, tests, shown_only=True) for cells in _by_cell(single)]
        rows += [row for row in beside if row.group not in known]
    return Plan(tuple(rows), tuple((old.model, new.model) for old, new in pairs), proxy, tests)


def stand_ins(results: Results) -> list[tuple[Side, Side]]:
    """Pairs of one evaluation's models whose changes may stand for a coming comparison's.

    Raises ``UserError`` (``gate.plan_single``, exit 5) for a single model.
    """
    roles = {model.name: model.role for model in results.models}
    tuned = [name for name, role in roles.items() if role != "base"]
    names = list(combinations(tuned, 2)) or list(combinations(roles, 2))
    if not names:
        raise UserError("gate.plan_single", model=", ".join(roles) or "–")
    sides = {name: side_of(results, name) for pair in names for name in pair}
    alike = [pair for pair in names if sides[pair[0]].factors == sides[pair[1]].factors]
    return [(sides[old], sides[new]) for old, new in alike or names[:1]]


def _by_cell(looked: Sequence[tuple[Pair, ...]]) -> list[list[Pair]]:
    found: dict[tuple[str, str, str], list[Pair]] = {}
    for pair in (pair for pairs in looked for pair in pairs):
        found.setdefault((pair.cell.by, pair.cell.group, pair.cell.metric), []).append(pair)
    return list(found.values())


def _row(pairs: Sequence[Pair], side: Side, settings: Settings, tests: int, *, shown_only: bool = False) -> Row:
    """A cell's row; ``shown_only``: nothing is asked of it."""
    cell = pairs[0].cell
    intervals = [pair.interval(settings.level) for pair in pairs]
    widest = max(intervals, key=lambda one: one.error if math.isfinite(one.error) else -1.0)
    unasked = shown_only or cell.asked.require == "superior"
    margin = math.nan if unasked else settings.limit(cell)
    holds = detectable(widest, POWER, settings.level)
    needed = None if unasked else blocks_needed(widest, margin, POWER, settings.level)
    same = verdict_allowed(widest) and widest.error == 0  # nowhere another count: nothing is known of the spread
    held = None if unasked or same else holds <= margin
    return Row(
        cell.group, title(side, cell.by, cell.group), cell.by, cell.metric, metric_title(cell.metric),
        widest.blocks, widest.kind, points(widest.error, sign=False),
        points(detectable(widest, POWER, settings.level, tests), sign=False),
        points(holds, sign=False), points(margin, sign=False), held,
        None if needed is None or widest.kind == "clip" else max(needed - widest.blocks, 0),
        "warn" if cell.warns else "error",
        not unasked and (settings.margin is not None or cell.asked.margin is not None),
    )  # fmt: skip


def lacking(row: Row) -> Text:
    """How many more blocks the margin asked for needs."""
    if row.held is not False:
        return say("gate.plan_unknown") if row.asked and row.held is None else Text.same("–")
    if row.kind == "clip":
        return say("gate.plan_more_clip")
    return say("gate.plan_unknown") if row.more is None else say(f"gate.plan_more_{row.kind}", n=count(row.more))
