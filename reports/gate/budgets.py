"""Budgets: what is asked of a candidate, from a YAML file: margins by stratum, suite and metric, and hard caps.

Margins and least effects are fractions (0.01 is one point). What a budget leaves out comes from the metric's budget,
then from the top of the file, then from the gate rule of the config.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from eval_suites import metrics
from eval_suites.scorer import HEADLINE, LOOPS
from kowhisper_tel.core import yaml_text
from kowhisper_tel.core.errors import UserError
from reports.gate.side import By, Side

Severity = Literal["error", "warn"]
COSTS = ("seconds_per_second", "peak_memory_mb", "load_s", "disk_mb")
"""Caps on what it takes to run the model (``eval_suites.cost``); a megabyte is a million bytes."""


def _fraction(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("write a fraction from 0 to 1: 0.01 is one point")
    return float(value)


def _mapping(value: Any) -> Any:
    """``phone:`` with nothing under it is None in YAML."""
    return {} if value is None else value


Fraction = Annotated[float, BeforeValidator(_fraction)]


class Budget(BaseModel):
    """What is asked of one group or metric. ``None``: as elsewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    margin: Fraction | None = Field(None, description="the loss that a pass must exclude")
    least_effect: Fraction | None = Field(None, description="the smallest loss that counts as a regression")
    level: Severity | None = Field(None, description="warn: it is shown, and never changes the exit code")
    require: Literal["no_loss", "superior"] | None = Field(None, description="superior: only a gain passes")

    @model_validator(mode="after")
    def _one_of_two(self) -> Budget:
        if self.require == "superior" and self.margin is not None:
            raise ValueError("`require: superior` asks for a gain, so a margin has no meaning: leave one of them out")
        return self


MetricBudget = Annotated[Budget, BeforeValidator(_mapping)]


class GroupBudget(Budget):
    """What is asked of a stratum or suite: of its CER, and under ``metrics`` of others."""

    metrics: Annotated[dict[str, MetricBudget], BeforeValidator(_mapping)] = Field({}, description="by metric")


Groups = Annotated[dict[str, Annotated[GroupBudget, BeforeValidator(_mapping)]], BeforeValidator(_mapping)]


class Budgets(Budget):
    """A budgets file. What stands at its top holds for all."""

    strata: Groups = Field({}, description="by stratum")
    suites: Groups = Field({}, description="by suite; each is judged beside its stratum")
    metrics: Annotated[dict[str, MetricBudget], BeforeValidator(_mapping)] = Field(
        {}, description="judged in every stratum that has anything to count"
    )
    caps: Annotated[dict[str, float | dict[str, float]], BeforeValidator(_mapping)] = Field(
        {}, description="on the candidate alone, over all clips or by stratum or suite"
    )

    @field_validator("caps", mode="before")
    @classmethod
    def _numbers(cls, caps: Any) -> Any:
        for name, limit in caps.items() if isinstance(caps, Mapping) else ():
            if not isinstance(limit, Mapping):
                _check_cap(str(name), limit)
            elif name in COSTS:
                raise ValueError(f"{name} is one figure for the whole model, not one for each group")
            else:
                for one in limit.values():
                    _check_cap(str(name), one)
        return caps

    def groups(self, by: By) -> dict[str, GroupBudget]:
        """The budgets of strata or of suites."""
        return self.strata if by == "stratum" else self.suites


def read(path: Path) -> Budgets:
    """The budgets of a file.

    Raises ``UserError``, exit 2: ``gate.budgets_missing``, ``gate.budgets_yaml``, ``gate.budgets_invalid`` (naming
    what stands where, and the near name of an unknown key).
    """
    if not path.is_file():
        raise UserError("gate.budgets_missing", path=path)
    try:
        values = yaml_text.parse(path.read_text(encoding="utf-8-sig"))
    except ValueError as problem:
        raise UserError("gate.budgets_yaml", path=path, problem=problem) from None
    if not values or not isinstance(values, dict):
        raise UserError("gate.budgets_yaml", path=path, problem="it holds no `key: value` lines")
    try:
        budgets = Budgets.model_validate(values)
        _check_metrics(budgets)
    except ValidationError as problems:
        lines = [f"  {_line(dict(problem))}" for problem in problems.errors()]
        raise UserError("gate.budgets_invalid", path=path, problems="\n".join(lines)) from None
    except _UnknownError as problem:
        raise UserError("gate.budgets_invalid", path=path, problems=f"  {problem}") from None
    return budgets


def check_names(budgets: Budgets, sides: Iterable[Side]) -> None:
    """Refuse strata and suites that neither the evidence nor the suite itself knows.

    Raises ``UserError`` (``gate.budgets_unknown``, exit 2) with the near name.
    """
    from eval_suites import suites as registry

    sides = tuple(sides)
    strata = dict.fromkeys([*(name for side in sides for name in side.names("stratum")), *registry.strata()])
    found = dict.fromkeys(name for side in sides for name in side.names("suite"))
    capped = [name for limit in budgets.caps.values() if isinstance(limit, Mapping) for name in limit]
    for name in budgets.strata:
        if name not in strata:
            raise UserError("gate.budgets_unknown", name=f"strata.{name}", near=_near(name, strata))
    for name in [*budgets.suites, *capped]:
        if name not in found and not (name in capped and name in strata) and not _buildable(name):
            known = [*found, *strata] if name in capped else list(found)
            raise UserError("gate.budgets_unknown", name=name, near=_near(name, known))


class _UnknownError(ValueError):
    """A metric or figure that there is none of."""


def _check_metrics(budgets: Budgets) -> None:
    places = [("metrics", name) for name in budgets.metrics]
    for kind in ("strata", "suites"):
        groups: Mapping[str, GroupBudget] = getattr(budgets, kind)
        places += [(f"{kind}.{group}.metrics", name) for group, budget in groups.items() for name in budget.metrics]
    for place, name in places:
        if name not in metrics.names():
            raise _UnknownError(f"{place}.{name}: no such metric. {_near(name, metrics.names())}")
    for name in budgets.caps:
        if name not in (known := (*metrics.names(), *COSTS)):
            raise _UnknownError(f"caps.{name}: no such figure. {_near(name, known)}")


def _check_cap(name: str, limit: Any) -> None:
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not math.isfinite(limit) or limit < 0:
        raise ValueError(f"{name}: {limit!r} is not a number of at least 0")
    if name == LOOPS and limit != int(limit):
        raise ValueError(f"{name}: {limit!r} is not a number of clips")
    if name != LOOPS and name in metrics.names() and limit > 1:
        raise ValueError(f"{name}: {limit!r} is no fraction from 0 to 1: 0.01 is one point")


def _line(problem: Mapping[str, Any]) -> str:
    """Where, and what; for an unknown key the near name."""
    place = [str(part) for part in problem["loc"]]
    if problem["type"] != "extra_forbidden":
        return (
            f"{'.'.join(place) or '(top)'}: {problem['msg'].removeprefix('Value error, ')} (found {problem['input']!r})"
        )
    kind: type[Budget] = Budgets if len(place) == 1 else GroupBudget
    if "metrics" in place[:-1]:
        kind = Budget
    return f"{'.'.join(place)}: unknown key. {_near(place[-1], kind.model_fields)}"


def _near(name: str, known: Iterable[str]) -> str:
    known = [str(one) for one in known]
    near = difflib.get_close_matches(str(name), known, 1, 0.5)
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."


def _buildable(name: str) -> bool:
    from eval_suites import suites

    try:
        return any(suite.name == name for suite in suites.build([name]))
    except UserError:
        return False


def resolved(budgets: Budgets, by: By, group: str, metric: str) -> Budget:
    """What is asked of a metric in a group, with what is inherited filled in."""
    own = budgets.groups(by).get(group, GroupBudget())
    nearest: Budget = own if metric == HEADLINE else own.metrics.get(metric, Budget())
    if metric == HEADLINE and metric in own.metrics:
        nearest = _over(own.metrics[metric], own)
    asked = _over(_over(nearest, budgets.metrics.get(metric, Budget())), budgets)
    level = nearest.level or own.level or asked.level
    return asked.model_copy(update={"level": level})


def _over(budget: Budget, other: Budget) -> Budget:
    """The budget, with what it leaves out taken from another. A margin does not go under a wish for a gain."""
    names = list(Budget.model_fields)
    values = {name: getattr(budget, name) for name in names}
    inherited = {name: getattr(other, name) if value is None else value for name, value in values.items()}
    if budget.require is None and budget.margin is not None:
        inherited["require"] = None
    if inherited["require"] == "superior":
        inherited["margin"] = None
    return Budget(**inherited)
