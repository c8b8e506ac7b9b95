"""The tables that ``run gate`` prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kowhisper_tel.commands.columns import columns
from kowhisper_tel.core.language import current_language
from reports.gate.markdown import outcome
from reports.text import Text, say

if TYPE_CHECKING:
    from reports.gate.plan import Plan, Row
    from reports.gate.verdict import Verdict


def _words() -> Callable[[Text], str]:
    language = current_language()
    return lambda text: text.ko if language == "ko" else text.en


def _heads(*names: str) -> list[str]:
    words = _words()
    return [words(say(f"gate.{name}")) for name in names]


def verdict_table(verdict: Verdict) -> str:
    """Findings and caps, then what does not pass with its reason, then the sentence."""
    words = _words()
    rows = [_heads("outcome", "condition", "metric", "baseline", "candidate", "change", "blocks", "margin")]
    for found in verdict.findings:
        figures = [found.baseline, found.candidate, f"{found.change.delta} {found.change.interval}"]
        cells = [words(outcome(found)), words(found.title), words(found.metric_title)]
        rows.append([*cells, *map(str, (*figures, found.change.blocks, found.margin))])
    lines = [*columns(rows, 3), "", words(say("gate.bounded"))] if verdict.findings else []
    if verdict.caps:
        caps = [[words(outcome(cap)), words(cap.title), str(cap.value), str(cap.limit)] for cap in verdict.caps]
        lines += ["", *columns([_heads("outcome", "cap", "value", "limit"), *caps])]
    reasons = [f"{words(found.title)}: {words(found.reason)}" for found in verdict.all if found.outcome != "pass"]
    lines += ["", *reasons] if reasons else []
    lines += [words(note) for note in verdict.left_out]
    return "\n".join([*lines, "", words(verdict.sentence)])


def plan_table(plan: Plan) -> str:
    """What each condition can show, and where the figures are from."""
    from reports.gate.plan import lacking

    words = _words()
    head = _heads("condition", "metric", "blocks", "plan_detects", "plan_holds", "plan_asked", "outcome", "plan_needs")
    rows = [head]
    for row in plan.rows:
        name = ("  " if row.by == "suite" else "") + words(row.title)
        figures = [str(row.blocks), str(row.detects), str(row.holds), str(row.margin)]
        rows.append([name, words(row.metric_title), *figures, words(_held(row)), words(lacking(row))])
    pairs = ", ".join(f"{old} → {new}" for old, new in plan.pairs)
    notes = [say("gate.plan_method", tests=plan.tests), say("gate.plan_source", pairs=pairs)]
    notes += [say("gate.plan_proxy")] if plan.proxy else []
    return "\n".join([words(say("gate.plan_title")), "", *columns(rows), "", *map(words, notes)])


def _held(row: Row) -> Text:
    if row.held is None:
        return Text.same("–")
    if row.held:
        return say("gate.plan_held")
    if row.refused:
        return say("gate.plan_not_held")
    return say("gate.plan_warned" if row.asked else "gate.plan_default")
