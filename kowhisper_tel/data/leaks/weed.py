"""Weed: what ``prepare`` does about leaks between its own splits, before it writes anything."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_lines
from kowhisper_tel.data.entry import Reject
from kowhisper_tel.data.intake import Intake
from kowhisper_tel.data.leaks.check import (
    AUDIO,
    COPY,
    KINDS,
    NEAR,
    RECORDINGS,
    SENTENCE,
    SENTENCES,
    UNHEARD,
    Leak,
    Located,
    Progress,
    find_leaks,
)

ACTIONS = ("fail", "drop", "report", "off")
"""What may be done: stop; leave the training side's utterance out; only list it; do not look."""
FILE = "leaks.jsonl"
REASONS = {
    AUDIO: "leaks.audio",
    COPY: "leaks.copy",
    SENTENCE: "leaks.sentence",
    NEAR: "leaks.near_sentence",
}
"""Why an utterance was dropped, by the kind of its leak."""


@dataclass(frozen=True)
class LeakRules:
    """What to do about recordings that stand in training and in dev or test, and about sentences that do.

    A recording on both sides is a mistake of the corpora or of the division, so ``prepare`` fails by default. That
    speakers read or say the same sentences is usual, so the training side's are dropped by default.

    Raises ``UserError`` ``prepare.choice`` for anything but ``ACTIONS``.
    """

    recordings: str = "fail"
    sentences: str = "drop"

    def __post_init__(self) -> None:
        for option, value in (("leaks", self.recordings), ("sentences", self.sentences)):
            if value not in ACTIONS:
                raise UserError("prepare.choice", option=option, value=value, known=", ".join(ACTIONS))

    def action(self, kind: str) -> str:
        """What to do about a kind of leak. What cannot be heard is no leak to drop: it stops what would drop one."""
        if kind == UNHEARD and self.recordings == "drop":
            return "fail"
        return self.sentences if kind in SENTENCES else self.recordings

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds to look for. Speakers and calls are the division's business."""
        return tuple(kind for kind in (*RECORDINGS, UNHEARD, *SENTENCES) if self.action(kind) != "off")

    def to_json(self) -> dict[str, str]:
        """The rules as a JSON object."""
        return {"recordings": self.recordings, "sentences": self.sentences}


@dataclass(frozen=True)
class Weeded:
    """The intakes without what was dropped, which is among their rejects, and all that was found."""

    intakes: tuple[Intake, ...]
    leaks: tuple[Leak, ...]

    def to_json(self) -> dict[str, int]:
        """How many training utterances have a leak of each kind."""
        return counts(self.leaks)


def counts(leaks: Sequence[Leak]) -> dict[str, int]:
    """How many utterances have a leak of each kind, in the order of ``KINDS``."""
    pairs = {(leak.kind, leak.one.utterance.id, leak.one.split) for leak in leaks}
    found = Counter(kind for kind, _, _ in pairs)
    return {kind: found[kind] for kind in KINDS if found[kind]}


def write_leaks(path: Path, leaks: Sequence[Leak]) -> None:
    """``leaks.jsonl``: kind, score and the places of each pair. No label's text."""
    write_lines(path, (json.dumps(leak.to_json(), ensure_ascii=False) for leak in leaks))


def weed(
    intakes: Sequence[Intake],
    splits: Mapping[str, str],
    rules: LeakRules,
    report: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Weeded:
    """Look for leaks between train and the other splits, and do what the rules say.

    Raises ``UserError`` ``leaks.found`` (exit code 6) where they say so; the pairs then stand in ``report``. And
    ``leaks.nothing_left``.
    """
    if not rules.kinds:
        return Weeded(tuple(intakes), ())
    sides: dict[bool, list[Located]] = {True: [], False: []}
    for intake in intakes:
        for found in intake.recorded:
            split = splits[found.entry.utterance.id]
            file = found.made or found.entry.utterance.audio
            one = Located(found.entry.utterance, file, split, whole=True, place=found.entry.place)
            sides[split == "train"].append(one)
    if not (sides[True] and sides[False]):
        return Weeded(tuple(intakes), ())
    leaks = find_leaks(sides[True], sides[False], rules.kinds, workers=workers, progress=progress)
    _stop(leaks, rules, report)
    dropped: dict[str, Reject] = {}
    for leak in leaks:
        if rules.action(leak.kind) == "drop":
            dropped.setdefault(leak.one.utterance.id, _reject(leak))
    if len(dropped) == len(sides[True]):
        raise UserError("leaks.nothing_left", count=len(dropped))
    return Weeded(tuple(intake.without(dropped) for intake in intakes), tuple(leaks))


def _stop(leaks: Sequence[Leak], rules: LeakRules, report: Path) -> None:
    grave = [leak for leak in leaks if rules.action(leak.kind) == "fail"]
    if grave:
        write_leaks(report, leaks)
        raise UserError("leaks.found", **facts(grave), path=report)


def facts(leaks: Sequence[Leak]) -> dict[str, Any]:
    """What a message about leaks says: how many of which kind, and the first."""
    listed = "\n".join(f"  {kind}: {count}" for kind, count in counts(leaks).items())
    first = leaks[0]
    pair = f"{first.one.split} {first.one.utterance.id}"
    if first.other:
        pair += f" = {first.other.split} {first.other.utterance.id}"
    return {"count": len({leak.one.utterance.id for leak in leaks}), "kinds": listed, "example": pair}


def _reject(leak: Leak) -> Reject:
    assert leak.other is not None
    place = leak.one.place or leak.one.utterance.id
    held = {"split": leak.other.split, "other": leak.other.utterance.id, "score": leak.score}
    return Reject(place, REASONS[leak.kind], {"place": place, **held}, leak.one.utterance.id)
