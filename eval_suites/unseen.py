"""Unseen: which suites hold a condition that training never heard."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path

from augment import Channel
from eval_suites.suite import Suite


def mark(suites: Iterable[Suite], trained: Iterable[Channel]) -> list[Suite]:
    """The same suites with ``unseen`` as these channels of the training have it.

    A suite is unseen if it has a kind of effect that none of them has, or a codec, a noise source or another name of
    which they have none of those it draws from. Figures (an SNR, a loss rate) do not make it so.
    """
    heard = [part for channel in trained for part in _parts(channel)]
    return [
        dataclasses.replace(suite, unseen=not all(_is_heard(part, heard) for part in _parts(suite.channel)))
        for suite in suites
    ]


Part = tuple[str, str, frozenset[str]]
"""Kind of effect, a field of it, and the names it draws from; the kind itself is the field ``effect``."""


def _parts(channel: Channel) -> Iterator[Part]:
    for effect in channel.to_json()["effects"]:
        for field, value in effect.items():
            names = value if isinstance(value, list | tuple) else [value]
            if names and all(isinstance(name, str) for name in names):
                yield effect["effect"], field, frozenset(names)


def _is_heard(part: Part, heard: Iterable[Part]) -> bool:
    kind, field, names = part
    known = {name for k, f, found in heard if (k, f) == (kind, field) for name in found}
    return any(_same(name, other) for name in names for other in known)


def _same(one: str, other: str) -> bool:
    """Equal names, or places of which one holds the other."""
    if ":" in one and ":" in other:
        places = [Path(name.partition(":")[2]).resolve() for name in (one, other)]
        return places[0].is_relative_to(places[1]) or places[1].is_relative_to(places[0])
    return one == other
