"""Cells: what the gate judges, each a metric in a group of clips, and the counts per block that it judges from.

Every group is judged by CER, or by hallucination where nobody speaks (there CER has no reference). Budgets add metrics,
and suites beside the strata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from eval_suites import metrics
from eval_suites.blocks import Blocks
from eval_suites.results import BLOCK_KINDS, BlockKind
from eval_suites.scorer import HEADLINE
from reports.gate.budgets import Budget, Budgets, resolved
from reports.gate.side import By, Counts, Side, SuiteCounts
from reports.text import Text, say, say_or

WITHOUT_SPEECH = "hallucination"
"""What is judged where the reference is empty."""
NONE: Counts = (0, 0, 0, 0)
NAMED = 5
"""So many missing clips are named."""


@dataclass(frozen=True)
class Cell:
    """One metric in one group, and what is asked of it. ``named``: a budget asks for just this cell."""

    by: By
    group: str
    metric: str
    asked: Budget
    named: bool

    @property
    def key(self) -> str:
        """Its name among all cells."""
        return f"{self.by} {self.group} {self.metric}"

    @property
    def warns(self) -> bool:
        """Whether it is only shown."""
        return self.asked.level == "warn"


def cells(old: Side, new: Side, budgets: Budgets, by: By) -> tuple[Cell, ...]:
    """All there is to judge, in the suites' order, then what budgets name without there being evidence of it."""
    return tuple(dict.fromkeys(_cells(old, new, budgets, by)))


def _cells(old: Side, new: Side, budgets: Budgets, by: By) -> Iterator[Cell]:
    for kind in (by, "suite" if by == "stratum" else "stratum"):
        named = budgets.groups(kind)
        found = dict.fromkeys([*old.names(kind), *new.names(kind)]) if kind == by else {}
        for group in dict.fromkeys([*found, *named]):
            own = named[group].metrics if group in named else {}
            first = headline(old, kind, group)
            shared = [name for name in budgets.metrics if kind == by]
            for metric in dict.fromkeys([first, *shared, *own]):
                asked = resolved(budgets, kind, group, metric)
                yield Cell(kind, group, metric, asked, metric in (first, *own))


def headline(side: Side, by: By, group: str) -> str:
    """The metric that a group is judged by."""
    counts = total(side.of(by, group), HEADLINE)
    silent = counts is not None and not sum(counts[:3])
    return WITHOUT_SPEECH if silent and total(side.of(by, group), WITHOUT_SPEECH) else HEADLINE


def total(suites: tuple[SuiteCounts, ...], metric: str) -> Counts | None:
    """A metric's counts over suites; ``None`` where any of them does not count it."""
    per_block = by_block(suites, metric)
    return None if per_block is None else _sum(per_block.values())


def by_block(suites: tuple[SuiteCounts, ...], metric: str) -> dict[str, Counts] | None:
    """A metric's counts per block, summed over suites; ``None`` where any of them does not count it."""
    if not suites or any(metric not in suite.metrics for suite in suites):
        return None
    found: dict[str, Counts] = {}
    for suite in suites:
        place = suite.metrics.index(metric)
        for block, counts in suite.blocks.items():
            found[block] = _add(found.get(block, NONE), counts[place])
    return found


def both(old: dict[str, Counts], new: dict[str, Counts], metric: str, kind: BlockKind) -> Blocks:
    """Both sides' counts of the blocks that have anything to count, in a fixed order."""
    pairs = np.array([[old[block], new[block]] for block in old], dtype=np.int64).reshape(-1, 2, 4)
    blocks = Blocks(pairs, kind, metrics.get(metric).rate)
    return Blocks(pairs[blocks.parts.any(axis=1)], kind, blocks.rate)


def kind_of(suites: tuple[SuiteCounts, ...]) -> BlockKind:
    """What the blocks are: no more is claimed for all than is known of each."""
    return max((suite.kind for suite in suites), key=BLOCK_KINDS.index)


def missing(suites: tuple[SuiteCounts, ...]) -> list[str]:
    """Clips without a hypothesis."""
    return list(dict.fromkeys(clip for suite in suites for clip in suite.missing))


def title(new: Side, by: By, group: str) -> Text:
    """A group's name for the eye."""
    suites = new.of("suite", group) if by == "suite" else ()
    return Text(**suites[0].title) if suites else say_or(f"common.stratum_{group}", group)


def metric_title(metric: str) -> Text:
    """A metric's name for the eye."""
    return say("gate.cer") if metric == HEADLINE else Text(**metrics.get(metric).title)


def _sum(many: Iterable[Counts]) -> Counts:
    result = NONE
    for counts in many:
        result = _add(result, counts)
    return result


def _add(one: Counts, other: Counts) -> Counts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]
