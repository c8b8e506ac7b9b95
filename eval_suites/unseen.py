"""Unseen: which suites hold a condition that training never heard."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path

from augment import Channel
from augment.effects.room import SYNTHETIC, Room
from augment.spec import ends
from eval_suites.held_out import names as named
from eval_suites.materials import recordings
from eval_suites.suite import Suite

ALIKE = {"terminal": "band"}
"""A terminal's response is a band, drawn more closely: who trained on one has heard the other's kind."""


def mark(suites: Iterable[Suite], trained: Iterable[Channel]) -> list[Suite]:
    """The same suites with ``unseen`` as these channels of the training have it.

    A channel is unseen if it has a kind of effect that none of them has, or a codec, a noise source or another name of
    which they have none of those it draws from (recordings count by what they hold, wherever they lie), or a synthetic
    room whose reverberation time lies within none of theirs. Other figures (an SNR, a loss rate) do not make it so. A
    suite is unseen if all its channels are.
    """
    heard = list(trained)
    return [
        dataclasses.replace(suite, unseen=not any(_is_heard(channel, heard) for channel in suite.channels))
        for suite in suites
    ]


def _is_heard(channel: Channel, heard: list[Channel]) -> bool:
    parts = [part for other in heard for part in _parts(other)]
    rooms = [room for other in heard for room in _rooms(other)]
    return all(_part_is_heard(part, parts) for part in _parts(channel)) and all(
        any(_overlap(room, other) for other in rooms) for room in _rooms(channel)
    )


Part = tuple[str, str, frozenset[str]]
"""Kind of effect, a field of it, and the names it draws from; the kind itself is the field ``effect``."""


def _parts(channel: Channel) -> Iterator[Part]:
    for effect in channel.to_json()["effects"]:
        yield "", "effect", frozenset([ALIKE.get(effect["effect"], effect["effect"])])
        for field, value in effect.items():
            names = value if isinstance(value, list | tuple) else [value]
            if field != "effect" and names and all(isinstance(name, str) for name in names):
                yield effect["effect"], field, frozenset(names)


def _part_is_heard(part: Part, heard: Iterable[Part]) -> bool:
    kind, field, names = part
    known = {name for k, f, found in heard if (k, f) == (kind, field) for name in found}
    return any(_same(name, other) for name in names for other in known)


def _same(one: str, other: str) -> bool:
    """Equal names, or places of which one holds the other or that share a recording, wherever they lie."""
    if ":" in one and ":" in other:
        places = [Path(name.partition(":")[2]).resolve() for name in (one, other)]
        within = places[0].is_relative_to(places[1]) or places[1].is_relative_to(places[0])
        return within or not recordings(one).isdisjoint(recordings(other))
    return one == other


def _rooms(channel: Channel) -> Iterator[tuple[float, float]]:
    """The reverberation times of synthetic rooms, each from the least to the longest."""
    for effect in channel.effects:
        if isinstance(effect, Room) and SYNTHETIC in named(effect.source):
            yield ends(effect.rt60_s)


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
