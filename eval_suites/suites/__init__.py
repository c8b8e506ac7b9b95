"""Suites: each file here is one stratum, named like the file, and makes its suites by ``build(request)``.

What ``Suite.conditions`` say, in which words and units, stands in ``eval_suites.suite.CONDITIONS``. A stratum whose
suites are made of what the manifest holds names how these begin in ``FROM_MANIFEST``. Files that begin with an
underscore are shared by strata.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from eval_suites.suite import Suite
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest

SIZES = ("smoke", "standard", "full")
SAMPLES = {"smoke": 8, "standard": 40, "full": None}
"""How many utterances a condition takes; ``None``: all."""
ORDER = (
    "clean", "phone", "real_phone", "real_phone_tandem", "noisy", "speaker", "numbers", "nospeech", "longform",
    "forgetting",
)  # fmt: skip
"""As they are told of."""
ALL = "all"
"""In place of a name: every stratum but those in ``ASKED_ONLY``."""
ASKED_ONLY = ("real_phone_tandem",)
"""Strata that come only if they are named."""
FILES = (".yaml", ".yml")
"""How names end that are files of one's own suites."""


@dataclass(frozen=True)
class Request:
    """What a stratum may look at when it makes its suites.

    ``noise`` names noise sources (a folder of recordings, or synthetic types; none: the stratum's own held-out ones).
    ``size`` is one of ``SIZES``: how many conditions a stratum has, and how many utterances each of them takes.
    """

    manifest: Manifest | None = None
    noise: tuple[str, ...] = ()
    size: str = "standard"

    def of_size(
        self, suites: Iterable[Suite], *, smoke: Collection[str] = (), standard: Collection[str] | None = None
    ) -> list[Suite]:
        """Those of the suites that this size has, each with the size's sample.

        ``smoke`` and ``standard`` name the suites of these sizes (``standard`` ``None``: all of them); full has all.
        """
        kept = {"smoke": smoke, "standard": standard, "full": None}[self.size]
        sample = SAMPLES[self.size]
        return [replace(suite, sample=sample) for suite in suites if kept is None or suite.name in kept]


@functools.cache
def strata() -> tuple[str, ...]:
    """The strata there are: ``ORDER``, then others, sorted."""
    names = {module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")}
    return (*(name for name in ORDER if name in names), *sorted(names - set(ORDER)))


def stratum(name: str, request: Request) -> list[Suite]:
    """The suites of one stratum. Raises ``UserError``: ``eval.suite_twice``, and what noises raise (see ``build``)."""
    suites: list[Suite] = _module(name).build(request)
    for suite_name, count in Counter(suite.name for suite in suites).items():
        if count > 1:
            raise UserError("eval.suite_twice", name=suite_name)
    return suites


def from_manifest(name: str) -> bool:
    """Whether only a manifest tells if there is a suite of this name (``speaker_age_30s``): so where its stratum says
    so, or makes nothing at all without one.
    """
    return any(
        name.startswith(tuple(getattr(_module(each), "FROM_MANIFEST", ())))
        or (name.startswith(f"{each}_") and not stratum(each, Request()))
        for each in strata()
    )


def build(
    names: Iterable[str],
    *,
    manifest: Manifest | None = None,
    noise: str | Sequence[str] | None = None,
    size: str = "standard",
) -> list[Suite]:
    """The suites of ``choice.choose`` that can be had, without a word on the others. Raises as it does, not strict."""
    from eval_suites.choice import choose

    return choose(names, manifest=manifest, noise=noise, size=size, strict=False).suites


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
