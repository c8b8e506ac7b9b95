"""Slots: alternatives in a row. What is said is one alternative of each slot, one after another."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable

Slot = tuple[str, ...]
Slots = list[Slot]
"""Scoring form without spaces; the empty string is an alternative where something may be left out."""

MOST = 128
"""No more alternatives than this are made of one stretch that has to be taken as a whole."""


def row(*parts: str | Iterable[str] | Slots) -> Slots:
    """Slots in a row: a string is said as it is, a tuple is one slot, a list is slots already.

    >>> row(("", "일"), "만", [("원",)])
    [('', '일'), ('만',), ('원',)]
    """
    slots: Slots = []
    for part in parts:
        if isinstance(part, str):
            slots.append((part,))
        elif isinstance(part, list):
            slots += part
        else:
            slots.append(tuple(part))
    return slots


def either(*ways: Slots) -> Slots:
    """One slot with everything that any of the ways says.

    >>> either([("", "일"), ("백",)], [("일공공",)])
    [('백', '일백', '일공공')]
    """
    return [tuple(dict.fromkeys(said for way in ways for said in flat(way)))]


def flat(slots: Slots) -> list[str]:
    """Everything that slots say, the first ``MOST`` of it."""
    return ["".join(choice) for choice in itertools.islice(itertools.product(*slots), MOST)]


def led_by(said: str, slots: Slots) -> Slots:
    """The same slots with the alternatives first that together make ``said``; added to them where none do."""
    path = _path(said, slots)
    if path is None:
        return either([(said,)], slots)
    return [tuple(dict.fromkeys((choice, *slot))) for choice, slot in zip(path, slots, strict=True)]


def _path(said: str, slots: Slots) -> list[str] | None:
    """The alternative of each slot that together make ``said``, if any do."""

    @functools.cache
    def after(index: int, place: int) -> tuple[str, ...] | None:
        if index == len(slots):
            return () if place == len(said) else None
        for choice in slots[index]:
            if said.startswith(choice, place):
                rest = after(index + 1, place + len(choice))
                if rest is not None:
                    return (choice, *rest)
        return None

    found = after(0, 0)
    return None if found is None else list(found)


def spaced_as(said: str, slots: Slots) -> Slots:
    """The same slots, the first alternatives with the spaces of ``said``, which they make without them."""
    spaced: Slots = []
    at = 0
    for number, (first, *others) in enumerate(slots, 1):
        begin = at
        for _ in first:
            while said[at] == " ":
                at += 1
            at += 1
        if number == len(slots):
            at = len(said)
        spaced.append((said[begin:at], *others))
    return spaced
