"""Difference: a hypothesis told by how it departs from its reference, so that a page holds little else.

``runs`` are those of the alignment over the syllables without spaces: ``12=1s2d1i`` is twelve right, one substituted,
two deleted, one inserted. ``heard`` are the syllables substituted and inserted, in order. ``gaps`` are the syllables of
the hypothesis, counted from 0, before which a space stands where the reference lets expect none, or none where it does:
each as its distance from the one before. ``pack`` and ``unpack`` are exact inverses for texts with single spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from eval_suites.alignment import align

MARKS = {"hit": "=", "substitution": "s", "deletion": "d", "insertion": "i"}
_RUN = re.compile(r"(\d+)([=sdi])")


class Difference(NamedTuple):
    """See above; all three are empty where the texts are equal."""

    runs: str
    heard: str
    gaps: str


def runs(reference: str, hypothesis: str) -> str:
    """The alignment of two texts, spaces left out, as runs of ``=``, ``s``, ``d`` and ``i``."""
    edits = align("".join(reference.split()), "".join(hypothesis.split()))
    return "".join(f"{max(e.end - e.start, e.hypothesis_end - e.hypothesis_start)}{MARKS[e.kind]}" for e in edits)


def pack(reference: str, hypothesis: str, shown: str | None = None) -> Difference:
    """How a hypothesis departs from its reference; ``shown`` is written in its place, character for character."""
    if reference == hypothesis:
        return Difference("", "", "")
    found = runs(reference, hypothesis)
    said = "".join((shown if shown is not None else hypothesis).split())
    heard, place = "", 0
    for size, kind in _sizes(found):
        if kind in "si":
            heard += said[place : place + size]
        place += size if kind != "d" else 0
    changed = sorted(_expected(reference, found) ^ _starts(hypothesis))
    return Difference(found, heard, ",".join(str(b - a) for a, b in zip([0, *changed], changed, strict=False)))


def unpack(reference: str, difference: Difference) -> str:
    """The hypothesis again."""
    if difference == ("", "", ""):
        return reference
    truth, heard = "".join(reference.split()), difference.heard
    said, at = "", 0
    for size, kind in _sizes(difference.runs):
        if kind == "=":
            said += truth[at : at + size]
        elif kind in "si":
            said, heard = said + heard[:size], heard[size:]
        at += size if kind != "i" else 0
    changed, place = set(), 0
    for step in difference.gaps.split(",") if difference.gaps else ():
        place += int(step)
        changed.add(place)
    spaces = _expected(reference, difference.runs) ^ changed
    return "".join(f" {character}" if place in spaces else character for place, character in enumerate(said))


def _sizes(found: str) -> Iterator[tuple[int, str]]:
    return ((int(size), kind) for size, kind in _RUN.findall(found))


def _starts(text: str) -> set[int]:
    """The syllables before which a space stands, counted without spaces."""
    starts: set[int] = set()
    place = 0
    for word in text.split():
        starts.add(place)
        place += len(word)
    return starts - {0}


def _expected(reference: str, found: str) -> set[int]:
    """Where the hypothesis would have spaces if it were spaced as the reference is."""
    spaced, expected = _starts(reference), set[int]()
    at = place = 0
    for size, kind in _sizes(found):
        if kind in "=s":
            expected.update(place + step for step in range(size) if at + step in spaced)
        at += size if kind != "i" else 0
        place += size if kind != "d" else 0
    return expected - {0}
