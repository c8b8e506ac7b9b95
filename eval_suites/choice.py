"""Choice: the suites that were asked for by name, and those of them that cannot be had, each with its reason."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from augment.errors import AugmentError
from eval_suites import suites
from eval_suites.item import Item
from eval_suites.suite import Suite
from eval_suites.suites import ALL, ASKED_ONLY, FILES, SAMPLES, SIZES, Request
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest

LEAST_UTTERANCES = 5
"""A group of speakers (a suite whose clips others sum) of fewer is left out."""
LANGUAGES = ("en", "ko")
REASONS_TOLD, NAMES_TOLD = 4, 60
"""In one error, at most."""


@dataclass(frozen=True)
class LeftOut:
    """A suite, or a whole stratum (``name`` is then the stratum's), that was not made, and why."""

    name: str
    stratum: str
    reason: UserError

    def to_json(self) -> dict[str, Any]:
        """Name, stratum, code and the reason in each language."""
        texts = {language: self.reason.text(language) for language in LANGUAGES}
        return {"name": self.name, "stratum": self.stratum, "code": self.reason.code, "reason": texts}


@dataclass
class Choice:
    """``suites`` in the order asked for, none twice; ``left_out`` of what strata and ``all`` would have."""

    suites: list[Suite] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def add(self, suite: Suite) -> None:
        """One more, unless it is there. Raises ``UserError`` (``eval.suite_twice``) for another of its name."""
        known = next((other for other in self.suites if other.name == suite.name), None)
        if known is None:
            self.suites.append(suite)
        elif known.to_json() != suite.to_json():
            raise UserError("eval.suite_twice", name=suite.name)


def choose(
    names: Iterable[str],
    *,
    manifest: Manifest | None = None,
    noise: str | Sequence[str] | None = None,
    size: str = "standard",
    strict: bool = True,
) -> Choice:
    """The suites of these strata (``all``: of every one), single suites by their own names, and those of YAML files.

    A single suite's name may be of any size; it takes as many utterances as ``size`` says. With a manifest, suites
    that none of its utterances belongs to are left out of strata, and so are those whose codec this machine has not.
    ``noise``: see ``Request``; a folder is written as its path. Unless ``strict``, a stratum or suite that
    was named and of which nothing is left is no error either.

    Raises ``UserError``: ``eval.suites_none``, ``eval.suite_unknown`` (naming those there are), ``eval.suite_twice``,
    ``eval.noise_unknown``, ``eval.noise_empty`` for a folder without recordings, ``suites.size``,
    ``suites.stratum_unfilled`` for a stratum of which nothing is left, ``eval.suite_empty`` for a single suite without
    an utterance and ``suites.unavailable`` for one whose channel cannot be had, and what ``suite_file.read`` raises.
    """
    if size not in SIZES:
        raise UserError("suites.size", size=size, known=", ".join(SIZES))
    wanted = list(names)
    if not wanted:
        raise UserError("eval.suites_none", strata=", ".join(suites.strata()))
    request = Request(manifest, (noise,) if isinstance(noise, str) else tuple(noise or ()), size)
    items = _items(request)
    choice = Choice()
    for name in wanted:
        if name == ALL:
            for stratum in suites.strata():
                if stratum not in ASKED_ONLY:
                    _fill(choice, stratum, request, items)
        elif name in suites.strata():
            if not _fill(choice, name, request, items) and strict and items is not None:
                raise UserError("suites.stratum_unfilled", stratum=name, reasons=_reasons(choice, name))
        else:
            for suite in _own(name, size) if name.endswith(FILES) else [_single(name, request)]:
                _check(suite)
                if strict and items is not None and not suite.items and not _count(suite, items):
                    raise UserError("eval.suite_empty", name=suite.name, wants=suite.wanted)
                choice.add(suite)
    if strict and not choice.suites and items is not None:
        raise UserError("suites.all_unfilled", reasons=_reasons(choice))
    return choice


def _own(name: str, size: str) -> list[Suite]:
    from eval_suites import suite_file

    return suite_file.read(Path(name), sample=SAMPLES[size])


def _fill(choice: Choice, stratum: str, request: Request, items: list[Item] | None) -> bool:
    """Add what the stratum can have; whether there is anything."""
    before = len(choice.left_out)
    built = suites.stratum(stratum, request)
    kept = []
    for suite in built:
        reason = _why_not(suite, items)
        if reason is None:
            kept.append(suite)
        else:
            choice.left_out.append(LeftOut(suite.name, stratum, reason))
    for suite in kept:
        choice.add(suite)
    if not built:
        choice.left_out.append(LeftOut(stratum, stratum, UserError("suites.left_nothing")))
    elif not kept and len({left.reason.text() for left in choice.left_out[before:]}) == 1:
        choice.left_out[before:] = [LeftOut(stratum, stratum, choice.left_out[-1].reason)]
    return bool(kept)


def _why_not(suite: Suite, items: list[Item] | None) -> UserError | None:
    try:
        _check(suite)
    except UserError as problem:
        return problem
    if items is None or suite.items:
        return None
    count = _count(suite, items)
    if not count:
        return UserError("suites.left_empty", wants=suite.wanted)
    if not suite.summed and not suite.decoding and count < LEAST_UTTERANCES:
        return UserError("suites.left_few", wants=suite.wanted, count=count, least=LEAST_UTTERANCES)
    return None


def _count(suite: Suite, items: list[Item]) -> int:
    return sum(suite.takes(item) or (math.isnan(item.duration_s) and suite.wants(item)) for item in items)


def _check(suite: Suite) -> None:
    try:
        suite.channel.check()
    except AugmentError as problem:
        raise UserError("suites.unavailable", name=suite.name, problem=problem) from None


def _single(name: str, request: Request) -> Suite:
    """A suite by its own name: this size's, else that of a larger one, or a smaller, with this one's sample."""
    known: list[str] = []
    for size in dict.fromkeys((request.size, "full", *SIZES)):
        for stratum in suites.strata():
            for suite in suites.stratum(stratum, replace(request, size=size)):
                if suite.name == name:
                    same = size == request.size or suite.items
                    return suite if same else replace(suite, sample=SAMPLES[request.size])
                known.append(suite.name)
    every = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, [*suites.strata(), *every], 3, 0.6)
    told = list(dict.fromkeys([*near, *every]))
    rest = [f"… ({len(every)}: `python -m kowhisper_tel.run suite list`)"] if len(told) > NAMES_TOLD else []
    raise UserError(
        "eval.suite_unknown",
        name=name,
        strata=", ".join([ALL, *suites.strata()]),
        known=", ".join([*told[:NAMES_TOLD], *rest]),
    )


def _items(request: Request) -> list[Item] | None:
    """The manifest's utterances as far as they can be judged without their audio: where they have no times, that
    their length fits is taken for granted.
    """
    if request.manifest is None:
        return None
    return [
        Item(u.id, u.text, math.nan if u.end_s is None else u.end_s - (u.start_s or 0.0), tags=u.tags)
        for u in request.manifest
    ]


def _reasons(choice: Choice, stratum: str | None = None) -> str:
    """The first reasons, each once."""
    told = (left for left in choice.left_out if stratum in (None, left.stratum))
    each = list(dict.fromkeys(f"{left.name}: {left.reason.text()}" for left in told))
    return "; ".join([*each[:REASONS_TOLD], *(["…"] if len(each) > REASONS_TOLD else [])])
