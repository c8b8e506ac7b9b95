"""Gate: whether a candidate may replace a baseline, from the evidence of two evaluations.

A group of clips (a stratum, or a suite) **fails** only if the interval of the change lies above 0, Holm-adjusted over
all groups, *and* the loss exceeds the least effect; it **passes** only if the interval lies under the margin, which
needs no adjustment; else it is **inconclusive**. Blocks are speakers, else calls. Below 20 of them the interval is a
wider one, and the reason says so; below 10, or where clips name neither, the group is inconclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from eval_suites.compatibility import check_compatible
from eval_suites.plan import differences
from eval_suites.statistics import DESCRIBABLE_BLOCKS, Interval, compare, holm, verdict_allowed
from kowhisper_tel.core.errors import UserError
from reports.compare import Change, as_change, counted
from reports.rounding import Figure, percent, points
from reports.text import Text, say, say_or

if TYPE_CHECKING:
    import pandas as pd

    from eval_suites.results import Results

Outcome = Literal["pass", "fail", "inconclusive"]
By = Literal["stratum", "suite"]
FACTORS = ("engine", "quantisation", "device", "options")
"""What decided the hypotheses beside the model; the gate varies the model, so these must agree."""
EXIT_REGRESSION, EXIT_INCONCLUSIVE = 1, 3


@dataclass(frozen=True)
class Finding:
    """One group: both CERs, the change with the interval that decided, and why."""

    group: str
    title: Text
    outcome: Outcome
    reason: Text
    baseline: Figure
    candidate: Figure
    change: Change
    level: float


@dataclass(frozen=True)
class Verdict:
    """What the gate says. ``least_effect`` and ``margin`` in percentage points."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    by: By
    baseline: str
    candidate: str
    least_effect: Figure
    margin: Figure

    @property
    def sentence(self) -> Text:
        """The verdict in one sentence."""
        named = [finding.title for finding in self.findings if finding.outcome == self.outcome]
        return say(f"gate.{self.outcome}", groups=Text.joined(named, ", "), count=len(named), all=len(self.findings))

    def exit_code(self, *, strict: bool = False) -> int:
        """1 for a regression; 3 for inconclusive under ``strict``; else 0."""
        if self.outcome == "fail":
            return EXIT_REGRESSION
        return EXIT_INCONCLUSIVE if self.outcome == "inconclusive" and strict else 0

    def to_json(self) -> dict[str, Any]:
        """The verdict for other programs: rates in percent, changes in points."""
        return {
            "schema": "kowhisper-tel-gate/1",
            "outcome": self.outcome,
            "by": self.by,
            "baseline": self.baseline,
            "candidate": self.candidate,
            "least_effect_points": self.least_effect.value,
            "margin_points": self.margin.value,
            "findings": [_finding_json(finding) for finding in self.findings],
        }


def check(
    baseline: Results,
    candidate: Results,
    *,
    least_effect: float = 0.005,
    margin: float | None = None,
    level: float = 0.95,
    by: By = "stratum",
    draws: int = 10_000,
    seed: int = 0,
    model: str | None = None,
    baseline_model: str | None = None,
) -> Verdict:
    """Compare one model of each run: the named one, else the only one of role ``candidate`` (else the only model).

    ``least_effect`` (a fraction: 0.005 is half a point of CER) is the smallest loss that counts as a regression;
    ``margin`` the loss that a pass must exclude (the least effect, if not given). Raises ``UserError``: ``gate.model``,
    ``comparison.incompatible``, ``gate.factors`` and ``comparison.unpaired`` (exit 4), ``gate.empty`` (exit 5).
    """
    check_compatible(baseline, candidate)
    old_name, new_name = _choose(baseline, baseline_model), _choose(candidate, model)
    _check_factors(baseline, old_name, candidate, new_name)
    old, new = _of_model(baseline, old_name, by), _of_model(candidate, new_name, by)
    groups = list(dict.fromkeys([*old[by], *new[by]]))
    if not groups:
        raise UserError("gate.empty")
    pairs = {group: (old[old[by] == group], new[new[by] == group]) for group in groups}
    compared = {g: compare(*pair, draws=draws, seed=seed, segments=False) for g, pair in pairs.items()}
    plain = {group: comparison.at(level) for group, comparison in compared.items()}
    worse = {group: interval for group, interval in holm(compared, level).items() if interval.low > 0}
    limit = least_effect if margin is None else margin
    titles = {suite.name: Text(**suite.title) for suite in candidate.suites}
    findings = tuple(
        _finding(titles.get(group) or say_or(f"common.stratum_{group}", group), group, plain[group], worse.get(group),
                 least_effect, limit)
        for group in groups
    )  # fmt: skip
    return Verdict(
        _overall(findings),
        findings,
        by,
        old_name,
        new_name,
        points(least_effect, sign=False),
        points(limit, sign=False),
    )


def _finding(
    title: Text, group: str, plain: Interval, worse: Interval | None, least_effect: float, margin: float
) -> Finding:
    shown = worse or plain
    outcome, key = _outcome(plain, worse, least_effect, margin)
    change = as_change(shown)
    facts = {"change": change.delta, "interval": change.interval, "blocks": change.counted}
    facts |= {"least": points(least_effect, sign=False), "margin": points(margin, sign=False)}
    facts |= {"kinds": say(f"common.kinds_{plain.kind}"), "wanted": counted(plain.kind, DESCRIBABLE_BLOCKS)}
    reason = say(f"gate.because_{key}", **facts)
    if plain.strength == "few":
        reason = Text.joined([reason, say("gate.few", **facts)])
    return Finding(
        group, title, outcome, reason, percent(plain.baseline), percent(plain.candidate), change, round(shown.level, 6)
    )


def _outcome(plain: Interval, worse: Interval | None, least_effect: float, margin: float) -> tuple[Outcome, str]:
    if plain.kind == "clip":
        return "inconclusive", "clips"
    if not verdict_allowed(plain):
        return "inconclusive", "single" if plain.blocks == 1 else "few"
    if worse and worse.delta > least_effect:
        return "fail", "fail"
    if plain.high < margin:
        return "pass", "pass"
    return "inconclusive", "small" if worse else "open"


def _overall(findings: tuple[Finding, ...]) -> Outcome:
    outcomes = {finding.outcome for finding in findings}
    if "fail" in outcomes:
        return "fail"
    return "pass" if outcomes == {"pass"} else "inconclusive"


def _of_model(results: Results, name: str, by: By) -> pd.DataFrame:
    rows = results.rows[results.rows["model"] == name]
    return rows if by == "suite" else rows[rows["summed"]]


def _choose(results: Results, name: str | None) -> str:
    """The model of a run that is compared."""
    known = [model.name for model in results.models]
    candidates = [model.name for model in results.models if model.role == "candidate"]
    if name in known:
        return str(name)
    if name is None and len(candidates or known) == 1:
        return (candidates or known)[0]
    raise UserError("gate.model", name=name or "–", known=", ".join(known))


def _check_factors(baseline: Results, old: str, candidate: Results, new: str) -> None:
    one, other = (_factors(results, name) for results, name in ((baseline, old), (candidate, new)))
    fields = differences(one, other)
    if fields:
        raise UserError("gate.factors", fields=", ".join(fields))


def _factors(results: Results, name: str) -> dict[str, Any]:
    record = next(model for model in results.models if model.name == name)
    return {key: getattr(record, key) for key in FACTORS} | {"batch_size": results.inputs.get("batch_size")}


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "group": finding.group,
        "outcome": finding.outcome,
        "reason": finding.reason.to_json(),
        "baseline_percent": finding.baseline.value,
        "candidate_percent": finding.candidate.value,
        "change_points": finding.change.delta.value,
        "low_points": finding.change.low.value,
        "high_points": finding.change.high.value,
        "level": finding.level,
        "blocks": finding.change.blocks,
        "block_kind": finding.change.kind,
        "few": finding.change.strength != "full",
        "interval": finding.change.method,
    }
