"""Rule: when a change is a regression.

A cell (a metric in a stratum or suite) **fails** only if the interval of the loss lies above 0, Holm-adjusted over all
cells that can fail, *and* the loss exceeds the least effect; it **passes** only if the interval lies under the margin
(where a gain is asked for: below 0), which needs no adjustment; else it is **inconclusive**. Blocks are speakers, else
calls. Below 20 of them the interval is a wider one, and the reason says so; below 10, or where clips name neither, the
cell is inconclusive. What lacks evidence is **incomplete**, and never passes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval_suites.results import BLOCK_KINDS, BlockKind
from eval_suites.statistics import DESCRIBABLE_BLOCKS, Comparison, Interval, holm, verdict_allowed
from kowhisper_tel.core.errors import UserError
from reports.compare import as_change, counted
from reports.gate import caps
from reports.gate.budgets import Budgets, check_names
from reports.gate.cells import NAMED, Cell, both, by_block, cells, kind_of, metric_title, missing, title
from reports.gate.side import By, Side, check_comparable, side_of
from reports.gate.verdict import Finding, Outcome, Verdict, overall
from reports.rounding import NOTHING, Figure, percent, points
from reports.text import Text, say

if TYPE_CHECKING:
    from eval_suites.results import Results


@dataclass(frozen=True)
class Settings:
    """The rule where budgets say nothing else. ``least_effect`` and ``margin`` are fractions."""

    least_effect: float = 0.005
    margin: float | None = None
    level: float = 0.95
    draws: int = 10_000
    seed: int = 0

    def least(self, cell: Cell) -> float:
        """The smallest loss that counts."""
        return self.least_effect if cell.asked.least_effect is None else cell.asked.least_effect

    def limit(self, cell: Cell) -> float:
        """What the interval must lie under to pass: 0 where a gain is asked for."""
        if cell.asked.require == "superior":
            return 0.0
        if cell.asked.margin is not None:
            return cell.asked.margin
        return self.least(cell) if self.margin is None else self.margin


@dataclass(frozen=True, eq=False)
class Pair:
    """A cell's two sides compared. ``lack`` says what its evidence lacks; there may be nothing to compare then."""

    cell: Cell
    comparison: Comparison | None
    kind: BlockKind
    lack: Text | None = None

    def interval(self, level: float) -> Interval:
        """The interval of the change; of nothing, an empty one."""
        if self.comparison:
            return self.comparison.at(level)
        return Interval(math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, 0, self.kind, level, "t")


def check(
    baseline: Results | Side,
    candidate: Results | Side,
    *,
    least_effect: float = 0.005,
    margin: float | None = None,
    level: float = 0.95,
    by: By = "stratum",
    draws: int = 10_000,
    seed: int = 0,
    model: str | None = None,
    baseline_model: str | None = None,
    budgets: Budgets | None = None,
) -> Verdict:
    """Compare one model of each run: the named one, else the only one of role ``candidate`` (else the only model).

    ``least_effect`` (a fraction: 0.005 is half a point of CER) is the smallest loss that counts as a regression;
    ``margin`` the loss that a pass must exclude (the least effect, if not given); ``budgets`` say otherwise for
    single groups and metrics, and add caps. Raises ``UserError``: ``gate.model``, ``gate.budgets_unknown`` (exit 2);
    ``comparison.incompatible``, ``gate.factors``, ``comparison.unpaired`` and ``gate.unpaired`` (exit 4);
    ``gate.empty`` (exit 5).
    """
    settings, asked = Settings(least_effect, margin, level, draws, seed), budgets or Budgets()
    old, new = side_of(baseline, baseline_model), side_of(candidate, model)
    check_comparable(old, new)
    check_names(asked, (old, new))
    pairs, left_out = paired(old, new, asked, by, settings)
    if not pairs:
        raise UserError("gate.empty")
    findings = judged(pairs, new, settings)
    capped = caps.check(new, asked)
    return Verdict(
        overall([*findings, *capped]),
        findings,
        by,
        old.model,
        new.model,
        _top(asked.least_effect, least_effect),
        _top(asked.margin, asked.least_effect if margin is None else margin, least_effect),
        capped,
        left_out,
    )


def paired(
    old: Side, new: Side, budgets: Budgets, by: By, settings: Settings
) -> tuple[tuple[Pair, ...], tuple[Text, ...]]:
    """The cells with their counts, and what is asked of all groups but has nothing to count in one."""
    made = [_pair(cell, old, new, settings) for cell in cells(old, new, budgets, by)]
    somewhere = {pair.cell.metric for pair in made if pair.comparison}
    out = [pair for pair in made if not (pair.comparison or pair.cell.named) and pair.cell.metric in somewhere]
    names = [(title(new, pair.cell.by, pair.cell.group), metric_title(pair.cell.metric)) for pair in out]
    left_out = tuple(say("gate.left_out", group=group, metric=metric) for group, metric in names)
    return tuple(pair for pair in made if pair not in out), left_out


def _pair(cell: Cell, old: Side, new: Side, settings: Settings) -> Pair:
    suites = (old.of(cell.by, cell.group), new.of(cell.by, cell.group))
    if not all(suites):
        return Pair(cell, None, BLOCK_KINDS[0], say("gate.because_absent"))
    kind, name = kind_of(suites[0]), metric_title(cell.metric)
    first, second = (by_block(side, cell.metric) for side in suites)
    if first is None or second is None:
        return Pair(cell, None, kind, say("gate.because_uncounted", metric=name))
    blocks = both(first, second, cell.metric, kind)
    if not blocks.parts[:, [1, 3]].any(axis=0).all():
        return Pair(cell, None, kind, say("gate.because_nothing", metric=name))
    lost = [clip for side in suites for clip in missing(side)]
    named = ", ".join(dict.fromkeys(lost[:NAMED])) + (" …" if len(lost) > NAMED else "")
    lack = say("gate.because_missing", count=len(lost), clips=named) if lost else None
    return Pair(cell, Comparison(blocks, settings.draws, settings.seed), kind, lack)


def judged(pairs: Sequence[Pair], new: Side, settings: Settings) -> tuple[Finding, ...]:
    """A finding for each cell. Warnings are a family of their own: they can't make an error harder to show."""
    worse: dict[str, Interval] = {}
    for warns in (False, True):
        family = {p.cell.key: p.comparison for p in pairs if p.cell.warns == warns and p.comparison}
        worse |= {key: interval for key, interval in holm(family, settings.level).items() if interval.loss[1] > 0}
    return tuple(_finding(pair, worse.get(pair.cell.key), new, settings) for pair in pairs)


def _finding(pair: Pair, worse: Interval | None, new: Side, settings: Settings) -> Finding:
    cell, least, limit = pair.cell, settings.least(pair.cell), settings.limit(pair.cell)
    plain, superior = pair.interval(settings.level), cell.asked.require == "superior"
    outcome, reasons = _judge(pair, plain, worse, settings)
    change = as_change(worse or plain)
    facts = {"metric": metric_title(cell.metric), "change": change.delta, "interval": change.interval}
    facts |= {"least": points(least, sign=False), "margin": points(limit, sign=False), "blocks": change.counted}
    facts |= {"kinds": say(f"common.kinds_{plain.kind}"), "wanted": counted(plain.kind, DESCRIBABLE_BLOCKS)}
    told = [reason if isinstance(reason, Text) else say(reason, **facts) for reason in reasons]
    return Finding(
        cell.group, title(new, cell.by, cell.group), outcome, Text.joined(told), percent(plain.baseline),
        percent(plain.candidate), change, round((worse or plain).level, 6), cell.metric, metric_title(cell.metric),
        cell.by, "warn" if cell.warns else "error", points(least, sign=False),
        Figure(None, NOTHING) if superior else points(limit, sign=False),
    )  # fmt: skip


def _judge(pair: Pair, plain: Interval, worse: Interval | None, settings: Settings) -> tuple[Outcome, list[Text | str]]:
    """The outcome and why. With clips missing, which count as deleted, a loss may be shown, and nothing else."""
    if not pair.comparison:
        return "incomplete", [pair.lack or ""]
    superior = pair.cell.asked.require == "superior"
    outcome, key = _outcome(plain, worse, settings.least(pair.cell), settings.limit(pair.cell), superior)
    reasons: list[Text | str] = [f"gate.because_{key}"]
    if plain.strength == "few":
        reasons.append("gate.few")
    if pair.lack:
        return ("fail", [*reasons, pair.lack]) if outcome == "fail" else ("incomplete", [pair.lack])
    return outcome, reasons


def _outcome(
    plain: Interval, worse: Interval | None, least: float, limit: float, superior: bool
) -> tuple[Outcome, str]:
    if plain.kind == "clip":
        return "inconclusive", "clips"
    if not verdict_allowed(plain):
        return "inconclusive", "single" if plain.blocks == 1 else "few"
    if worse and worse.loss[0] > least:
        return "fail", "fail"
    if plain.loss[2] < limit:
        return "pass", "gain" if superior else "pass"
    if superior:
        return "inconclusive", "no_gain"
    return "inconclusive", "small" if worse else "open"


def _top(*choices: float | None) -> Figure:
    return points(next(choice for choice in choices if choice is not None), sign=False)
