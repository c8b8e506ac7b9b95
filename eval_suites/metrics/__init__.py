"""Metrics: each file here defines one ``METRIC``; its name is the file's.

A metric turns a reference and a hypothesis, both in the normaliser's form, into a ``Tally``, so that every metric
adds over clips, strata and bootstrap draws in the same way.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eval_suites.tally import Tally
from kowhisper_tel.core.errors import UserError


@dataclass(frozen=True)
class Metric:
    """How two normalised texts are counted.

    ``version`` changes whenever any count could: comparisons refuse to mix versions.
    """

    name: str
    version: str
    title: Mapping[str, str]
    measure: Callable[[str, str], Tally]


@functools.cache
def names() -> tuple[str, ...]:
    """The metrics there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@functools.cache
def get(name: str) -> Metric:
    """A metric by name. Raises ``UserError`` (``eval.metric_unknown``) naming those there are."""
    if name not in names():
        raise UserError("eval.metric_unknown", name=name, known=", ".join(names()))
    metric: Metric = importlib.import_module(f"{__name__}.{name}").METRIC
    return metric
