"""Suites: each file here is one stratum, named like the file, and makes its suites by ``build(request)``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval_suites.suite import Suite
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest

SIZES = ("smoke", "standard", "full")


@dataclass(frozen=True)
class Request:
    """What a stratum may look at when it makes its suites.

    ``noise`` names noise sources (a folder of recordings, or synthetic types; none: the stratum's own held-out ones).
    ``size`` is one of ``SIZES``: how many conditions a stratum has, and how many utterances each of them takes.
    """

    manifest: Manifest | None = None
    noise: tuple[str, ...] = ()
    size: str = "standard"


@functools.cache
def strata() -> tuple[str, ...]:
    """The strata there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def build(
    names: Iterable[str], *, manifest: Manifest | None = None, noise: str | Sequence[str] | None = None
) -> list[Suite]:
    """The suites of these strata, or single suites by their own names, in the order asked for, none twice.

    ``manifest`` lets a stratum make suites of the tag values found there. ``noise``: see ``Request``; a folder is
    written as its path.

    Raises ``UserError``: ``eval.suites_none``, ``eval.suite_unknown`` (naming those there are), ``eval.suite_twice``,
    ``eval.noise_unknown``, and ``eval.noise_empty`` for a folder without recordings.
    """
    sources = (noise,) if isinstance(noise, str) else tuple(noise or ())
    request = Request(manifest, sources)
    wanted = list(names)
    if not wanted:
        raise UserError("eval.suites_none", strata=", ".join(strata()))
    chosen: dict[str, Suite] = {}
    for name in wanted:
        for suite in _named(name, request):
            chosen.setdefault(suite.name, suite)
    return list(chosen.values())


def _stratum(name: str, request: Request) -> list[Suite]:
    suites: list[Suite] = importlib.import_module(f"{__name__}.{name}").build(request)
    names = [suite.name for suite in suites]
    for suite_name in names:
        if names.count(suite_name) > 1:
            raise UserError("eval.suite_twice", name=suite_name)
    return suites


def _named(name: str, request: Request) -> list[Suite]:
    if name in strata():
        return _stratum(name, request)
    everything = [suite for stratum in strata() for suite in _stratum(stratum, request)]
    single = [suite for suite in everything if suite.name == name]
    if not single:
        known = ", ".join(suite.name for suite in everything)
        raise UserError("eval.suite_unknown", name=name, strata=", ".join(strata()), known=known)
    return single
