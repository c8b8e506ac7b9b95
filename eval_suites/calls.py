"""Calls: items joined of the manifest's utterances, with pauses and turns as people make them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from augment import rng
from eval_suites.item import Item
from eval_suites.rendering import duration_s
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

SEED = 0
"""What is joined with what is a matter of the suite, not of the evaluation's seed: the items are in its fingerprint."""
ENGLISH = "en"
"""The tag ``language`` of an utterance that is decoded as English."""
LEAD_S = 0.5
"""Before the first word, and behind the last."""


@dataclass(frozen=True)
class Pauses:
    """How long people are silent, in s: mostly log-normal, now and then (``waits``) as long as it takes to look it up.

    The form is that of Campione & Véronis 2002, A large-scale multilingual study of silent pause duration.
    """

    median_s: float
    sigma: float = 0.7
    shortest_s: float = 0.15
    longest_s: float = 3.0
    waits: float = 0.0
    wait_s: tuple[float, float] = (4.0, 12.0)

    def draw(self, generator: np.random.Generator) -> float:
        """One pause, in s."""
        if generator.random() < self.waits:
            return float(generator.uniform(*self.wait_s))
        pause_s = self.median_s * float(np.exp(self.sigma * generator.standard_normal()))
        return min(max(pause_s, self.shortest_s), self.longest_s)


WITHIN = Pauses(0.6, waits=0.03)
"""Between two utterances of the same person."""
BETWEEN = Pauses(0.35, waits=0.03)
"""Between two turns."""
MOST_IN_A_TURN = 3


@dataclass(frozen=True)
class Line:
    """An utterance and how long it lasts, in s."""

    utterance: Utterance
    duration_s: float


def lines(manifest: Manifest) -> list[Line]:
    """The manifest's utterances with their lengths.

    One whose file can't be opened is left out: an evaluation names it as soon as it begins.
    """
    return [Line(utterance, length_s) for utterance in manifest if (length_s := _length_s(manifest, utterance))]


def talks(manifest: Manifest, longest_s: float) -> list[list[Line]]:
    """What each speaker says (or is said in each call, where no speaker is named), in order.

    Utterances of nobody, without a text, longer than this, or in English (tag ``language``) are left out. The talks'
    order depends on their names only.
    """
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines(manifest):
        name = line.utterance.speaker or line.utterance.call
        spoken = line.utterance.text.strip() and line.utterance.tags.get("language") != ENGLISH
        if name and spoken and line.duration_s <= longest_s:
            found[name].append(line)
    return [sorted(found[name], key=_place) for name in sorted(found, key=fingerprint)]


def one_track(name: str, talk: Sequence[Line], longest_s: float, pauses: Pauses = WITHIN) -> Item:
    """A talk's first utterances, as many as fit, one after the other."""
    generator = rng(SEED, "call", name)
    laid, at_s = list[tuple[Line, float]](), LEAD_S
    for line in talk:
        start_s = at_s + (pauses.draw(generator) if laid else 0.0)
        if start_s + line.duration_s + LEAD_S > longest_s:
            break
        laid.append((line, start_s))
        at_s = start_s + line.duration_s
    return _item(name, laid, at_s + LEAD_S)


def two_tracks(
    name: str, talk: Sequence[Line], other: Sequence[Line], longest_s: float, crosstalk_db: float | None
) -> tuple[Item, Item]:
    """A call of two people, each on a track of their own, who speak by turns until one has nothing left to say.

    With ``crosstalk_db`` each track also holds the other person, so many dB softer.
    """
    generator = rng(SEED, "call", name)
    sides, waiting = (list[tuple[Line, float]](), list[tuple[Line, float]]()), [list(talk), list(other)]
    at_s, turn = LEAD_S, 0
    while waiting[turn % 2]:
        for number in range(int(generator.integers(1, MOST_IN_A_TURN + 1))):
            if not waiting[turn % 2]:
                break
            pauses = WITHIN if number else BETWEEN
            start_s = at_s + pauses.draw(generator)
            line = waiting[turn % 2][0]
            if start_s + line.duration_s + LEAD_S > longest_s:
                waiting = [[], []]
                break
            sides[turn % 2].append((line, start_s))
            waiting[turn % 2].pop(0)
            at_s = start_s + line.duration_s
        turn += 1
    tracks = []
    for number, (own, others) in enumerate((sides, sides[::-1])):
        faint = {"others": _pieces(others), "crosstalk_db": crosstalk_db} if crosstalk_db is not None else {}
        tracks.append(_item(f"{name}-{number + 1}", own, at_s + LEAD_S, call=name, **faint))
    return tracks[0], tracks[1]


def _item(name: str, laid: Sequence[tuple[Line, float]], length_s: float, call: str | None = None, **more: Any) -> Item:
    utterances = [line.utterance for line, _ in laid]
    return Item(
        name,
        " ".join(utterance.text.strip() for utterance in utterances),
        round(length_s, 3),
        speaker=_common(utterance.speaker for utterance in utterances),
        call=call or _common(utterance.call for utterance in utterances),
        tags=_shared([utterance.tags for utterance in utterances]),
        source={"kind": "joined", "duration_s": round(length_s, 3), "pieces": _pieces(laid), **more},
    )


def _pieces(laid: Sequence[tuple[Line, float]]) -> list[list[str | float]]:
    return [[line.utterance.id, round(start_s, 3)] for line, start_s in laid]


def _common(names: Iterable[str | None]) -> str | None:
    found = set(names)
    return found.pop() if len(found) == 1 else None


def _shared(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What all tags agree on."""
    first = tags[0] if tags else {}
    return {tag: value for tag, value in first.items() if all(one.get(tag) == value for one in tags)}


def _length_s(manifest: Manifest, utterance: Utterance) -> float:
    try:
        return duration_s(manifest, utterance)
    except UserError:
        return 0.0


def _place(line: Line) -> tuple[Any, ...]:
    """Where an utterance stands in its talk: by time within a file; files and ids with numbers by their value."""
    utterance = line.utterance
    return _natural(f"{utterance.call or ''}\0{utterance.audio}"), utterance.start_s or 0.0, _natural(utterance.id)


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    return tuple((1, int(part)) if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name))
