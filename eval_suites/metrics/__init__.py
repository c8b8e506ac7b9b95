"""Metrics: each file here defines ``METRICS``, one or a few that count the same thing.

A metric turns a ``Pair`` into a ``Tally``, so that every metric adds over clips, strata and bootstrap draws in the same
way; what is shown is a rate of the sum.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eval_suites.pair import Pair
from eval_suites.rates import ERROR_RATE, Rate
from eval_suites.tally import Tally
from kowhisper_tel.core.errors import UserError


def every(_: Pair) -> bool:
    """For a metric that all utterances count for."""
    return True


@dataclass(frozen=True)
class Metric:
    """How a pair is counted, and what is made of the counts.

    ``version`` changes whenever any count could: comparisons refuse to mix versions. ``title`` and ``token`` (what one
    token is) are shown (``en``, ``ko``). ``takes`` says which utterances are counted at all; the tally of another is
    nothing. ``needs_keywords``: without ``Pair.keywords`` there is nothing to count.
    """

    name: str
    version: str
    title: Mapping[str, str]
    token: Mapping[str, str]
    measure: Callable[[Pair], Tally]
    rate: Rate = ERROR_RATE
    takes: Callable[[Pair], bool] = every
    needs_keywords: bool = False

    @property
    def higher_is_better(self) -> bool:
        """Whether a higher rate is the better one."""
        return self.rate.higher_is_better


SYLLABLE = {"en": "a syllable or other character", "ko": "음절(또는 글자)"}
WORD = {"en": "an eojeol", "ko": "어절"}
NOTHING = Tally()
GOOD, BAD = Tally(hits=1), Tally(substitutions=1)
"""The tallies of one clip, for metrics whose tokens are clips."""
CLIP = {"en": "an utterance", "ko": "발화"}


@functools.cache
def registry() -> Mapping[str, Metric]:
    """The metrics there are, by name, sorted."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    metrics: list[Metric] = [metric for module in modules for metric in module.METRICS]
    named = {metric.name: metric for metric in sorted(metrics, key=lambda metric: metric.name)}
    if len(named) < len(metrics):
        raise ValueError(f"two metrics of one name among {[metric.name for metric in metrics]}")
    return named


def names() -> tuple[str, ...]:
    """The metrics there are, sorted."""
    return tuple(registry())


def get(name: str) -> Metric:
    """A metric by name. Raises ``UserError`` (``eval.metric_unknown``) naming those there are."""
    if name not in registry():
        raise UserError("eval.metric_unknown", name=name, known=", ".join(names()))
    return registry()[name]
