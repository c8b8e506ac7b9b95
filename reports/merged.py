"""Merged: results of several runs as one, so that any number of models stand side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from eval_suites.compatibility import check_compatible
from eval_suites.results import Results

if TYPE_CHECKING:
    import pandas as pd

    from eval_suites.models import ModelRecord


def merge(results: Mapping[str, Results]) -> Results:
    """The results of runs, by name, over the same suites, clips and metrics, as one.

    A model that two runs both have (the same files, engine, quantisation, device and options, such as a common base)
    stands once. Of others that share a name, those of later runs are called ``RUN/MODEL``. What is told of a run beside
    its models is the first one's. Raises ``UserError``: ``comparison.incompatible`` (exit 4), naming the fields.
    """
    import pandas as pd

    (_, first), *others = results.items()
    models, rows, timings, costs = list(first.models), [first.rows], [first.timings], list(first.costs)
    for run, one in others:
        check_compatible(first, one)
        known = {_identity(model) for model in models}
        names = {m.name: _free(m.name, run, models) for m in one.models if _identity(m) not in known}
        models += [dataclasses.replace(m, name=names[m.name]) for m in one.models if m.name in names]
        rows.append(_renamed(one.rows, names))
        timings.append(_renamed(one.timings, names))
        costs += [dataclasses.replace(cost, model=names[cost.model]) for cost in one.costs if cost.model in names]
    return dataclasses.replace(
        first,
        models=tuple(models),
        rows=pd.concat(rows, ignore_index=True),
        timings=pd.concat(timings, ignore_index=True),
        costs=tuple(costs),
    )


def _identity(model: ModelRecord) -> tuple[object, ...]:
    """What makes two models one: all but their names and roles."""
    return model.hash, model.engine, model.quantisation, model.device, str(sorted(model.options.items()))


def _free(name: str, run: str, models: list[ModelRecord]) -> str:
    """The name, or one with the run's where another model has it."""
    taken = {model.name for model in models}
    wanted = name if name not in taken else f"{run}/{name}"
    number = 2
    while wanted in taken:
        wanted, number = f"{run}/{name} ({number})", number + 1
    return wanted


def _renamed(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The rows of these models, under their new names."""
    if "model" not in rows:
        return rows
    own = rows[rows["model"].isin(names)]
    return own.assign(model=own["model"].map(names))
