"""Baseline: an accepted side as a small file to keep in git: counts and no texts, ids or names (see ``side``).

The same acceptance gives the same bytes: keys are sorted, and no time is written that was not given. A checksum over
all of it shows when the file was changed by hand; it guards against slips, not against people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from eval_suites.cost import Cost
from eval_suites.results import BLOCK_KINDS
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, write_text
from kowhisper_tel.core.language import current_language
from reports.gate.budgets import Budgets
from reports.gate.cells import NAMED, headline, metric_title, total
from reports.gate.rule import Settings, check
from reports.gate.side import Counts, Side, SuiteCounts, without_names
from reports.rounding import percent

SCHEMA = "kowhisper-tel-baseline/2"
"""Raised with every change after which counts mean another thing: since 2 a clip is at most wholly wrong."""
EXIT_INCOMPARABLE = 4
FIRST = "first"
"""The outcome where there is no baseline before to compare with."""


@dataclass(frozen=True)
class Acceptance:
    """Why a model became the baseline. ``verdict`` is the gate's, against the baseline before or by its caps alone.

    ``headline`` holds each stratum's CER (or hallucination rate, where nobody speaks) in percent. ``forced``: against
    the verdict. ``date`` and ``by`` stand only where they were given.
    """

    model: str
    hash: str
    reason: str
    headline: Mapping[str, float | None]
    verdict: str
    forced: bool = False
    date: str = ""
    by: str = ""


@dataclass(frozen=True)
class Baseline:
    """An accepted side, and how it came to be; ``history`` holds the acceptances before, the oldest first."""

    side: Side
    acceptance: Acceptance
    history: tuple[Acceptance, ...] = ()


def accept(
    side: Side,
    reason: str,
    *,
    verdict: str,
    forced: bool = False,
    date: str = "",
    by: str = "",
    earlier: Baseline | None = None,
) -> Baseline:
    """A side as the new baseline. Accepting again what is accepted already changes nothing.

    Raises ``UserError`` (``gate.reason``, exit 2) without a reason.
    """
    if not reason.strip():
        raise UserError("gate.reason")
    side = without_names(side)
    rates = {name: _rate(side, name) for name in side.names("stratum")}
    made = Acceptance(side.model, side.hash, reason.strip(), rates, verdict, forced, date, by)
    if earlier is None:
        return Baseline(side, made)
    if _repeats(earlier, side, made):
        return earlier
    return Baseline(side, made, (*earlier.history, earlier.acceptance))


def examine(side: Side, earlier: Side | None, budgets: Budgets, settings: Settings, *, force: bool) -> str:
    """The gate's outcome against the baseline before; without one, caps are checked and ``FIRST`` is said.

    Raises ``UserError``: ``gate.accept_missing`` (exit 5), and without ``force`` also ``gate.accept_refused`` (exit
    1), ``gate.accept_unsure`` (exit 5), and whatever makes the two incomparable (exit 4).
    """
    for suite in side.suites:
        if suite.missing:
            clips = ", ".join(suite.missing[:NAMED])
            raise UserError("gate.accept_missing", count=len(suite.missing), suite=suite.name, clips=clips)
    try:
        verdict = check(
            earlier or side, side, least_effect=settings.least_effect, margin=settings.margin, level=settings.level,
            draws=settings.draws, budgets=budgets,
        )  # fmt: skip
    except UserError as problem:
        if force and problem.exit_code == EXIT_INCOMPARABLE:
            return "incomparable"
        raise
    outcome = verdict.outcome
    refusals = {"fail": "gate.accept_refused", "incomplete": "gate.accept_unsure"}
    if outcome in refusals and not force:
        raise UserError(refusals[outcome], sentence=getattr(verdict.sentence, current_language()))
    return outcome if earlier or outcome in refusals else FIRST


def write(baseline: Baseline, path: Path) -> None:
    """Write the file, atomically."""
    write_text(path, text(baseline))


def text(baseline: Baseline) -> str:
    """The file: objects spread over lines with their keys sorted, a block's counts on one."""
    record = _to_json(baseline)
    return _spread(record | {"checksum": fingerprint(record)}) + "\n"


def read(path: Path) -> Baseline:
    """The baseline of a file.

    Raises ``UserError``, exit 4: ``gate.baseline_missing``, ``gate.baseline_broken``, ``gate.baseline_schema``,
    ``gate.baseline_edited``.
    """
    if not path.is_file():
        raise UserError("gate.baseline_missing", path=path)
    try:
        record = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise UserError("gate.baseline_broken", path=path, problem=problem) from None
    schema = record.get("schema") if isinstance(record, dict) else None
    if schema != SCHEMA:
        raise UserError("gate.baseline_schema", path=path, found=schema or "–", known=SCHEMA)
    if record.pop("checksum", None) != fingerprint(record):
        raise UserError("gate.baseline_edited", path=path)
    try:
        return _from_json(record)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise UserError("gate.baseline_broken", path=path, problem=repr(problem)) from None


def _rate(side: Side, stratum: str) -> float | None:
    from eval_suites import metrics
    from eval_suites.tally import Tally

    name = headline(side, "stratum", stratum)
    counts = total(side.of("stratum", stratum), name)
    return percent(metrics.get(name).rate.of(Tally(*counts))).value if counts else None


def _repeats(earlier: Baseline, side: Side, made: Acceptance) -> bool:
    """Whether this was accepted last; what the gate then said of it may have been said against another baseline."""
    kept = {field.name: getattr(made, field.name) for field in fields(made) if field.name not in ("verdict", "forced")}
    return earlier.side == side and all(getattr(earlier.acceptance, name) == value for name, value in kept.items())


def _to_json(baseline: Baseline) -> dict[str, Any]:
    side = baseline.side
    record = {
        "schema": SCHEMA,
        "metrics": {name: metric_title(name).en for suite in side.suites for name in suite.metrics},
        "model": {"name": side.model, "role": side.role, "hash": side.hash},
        "factors": dict(side.factors),
        "versions": dict(side.versions),
        "cost": side.cost.to_json() if side.cost else None,
        "suites": [_suite_json(suite) for suite in side.suites],
        "acceptance": _brief(baseline.acceptance),
        "history": [_brief(one) for one in baseline.history],
    }
    plain: dict[str, Any] = json.loads(json.dumps(record))  # tuples become lists, as they are read back
    return plain


def _suite_json(suite: SuiteCounts) -> dict[str, Any]:
    record = {name.name: getattr(suite, name.name) for name in fields(suite) if name.name not in ("ids", "missing")}
    return record | {"blocks": {"order": list(suite.blocks), "counts": dict(suite.blocks)}}


def _brief(acceptance: Acceptance) -> dict[str, Any]:
    return {name: value for name, value in asdict(acceptance).items() if value not in ("", False)}


def _from_json(record: Mapping[str, Any]) -> Baseline:
    model = record["model"]
    side = Side(
        str(model["name"]),
        str(model["role"]),
        str(model["hash"]),
        dict(record["factors"]),
        {str(name): str(version) for name, version in record["versions"].items()},
        tuple(_suite(suite) for suite in record["suites"]),
        Cost.from_json(record["cost"]) if record["cost"] else None,
    )
    history = tuple(Acceptance(**one) for one in record["history"])
    return Baseline(side, Acceptance(**record["acceptance"]), history)


def _suite(record: Mapping[str, Any]) -> SuiteCounts:
    rest = dict(record)
    rest["metrics"] = metrics = tuple(rest["metrics"])
    order, counts = rest["blocks"]["order"], rest["blocks"]["counts"]
    if sorted(order) != sorted(counts):
        raise ValueError(f"suite {rest['name']}: blocks and their order do not fit")
    rest["blocks"] = {block: tuple(map(_counts, counts[block])) for block in order}
    if any(len(counts) != len(metrics) for counts in rest["blocks"].values()):
        raise ValueError(f"suite {rest['name']}: not one count for each metric")
    if rest["kind"] not in BLOCK_KINDS:
        raise ValueError(f"suite {rest['name']}: blocks of the kind {rest['kind']}")
    return SuiteCounts(**rest)


def _counts(numbers: list[int]) -> Counts:
    if len(numbers) != 4 or any(type(number) is not int or number < 0 for number in numbers):
        raise ValueError(f"{numbers}: not four counts")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _spread(value: Any, depth: int = 0) -> str:
    """JSON with objects, and lists of objects, over several lines."""
    inner, outer = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, dict) and value:
        lines = [f"{json.dumps(key, ensure_ascii=False)}: {_spread(value[key], depth + 1)}" for key in sorted(value)]
        return "{" + inner + f",{inner}".join(lines) + outer + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[" + inner + f",{inner}".join(_spread(one, depth + 1) for one in value) + outer + "]"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
