"""Division: which split each accepted utterance stands in, by given lists first, then by the shares."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import write_lines
from kowhisper_tel.data.entry import Reject
from kowhisper_tel.data.intake import Intake
from kowhisper_tel.data.split import Part, SplitSpec, assign
from kowhisper_tel.data.split_lists import Listed, check_overlap, match_lists

FILE = "lists.jsonl"
OVERLAPS = ("fail", "drop")
MOST_NAMED = 20
"""Speakers that a message names."""


@dataclass(frozen=True)
class Division:
    """The intakes without what could be in no split, the split of each utterance by id, and what lists gave."""

    intakes: tuple[Intake, ...]
    splits: Mapping[str, str]
    listed: Listed


def divide_intakes(
    intakes: Sequence[Intake], spec: SplitSpec, seed: int, lists: Mapping[str, str], overlap: str = "fail"
) -> Division:
    """Divide what was accepted. A split that has a list is just that list; the shares divide the rest among the others.

    Other utterances of the speakers and calls in a list (by ``spec.by``) are in no split: ``overlap: fail`` stops,
    ``drop`` rejects them. Raises ``UserError`` ``prepare.list_overlap``, and as ``match_lists`` and ``assign`` do.
    """
    if overlap not in OVERLAPS:
        raise UserError("prepare.choice", option="overlap", value=overlap, known=", ".join(OVERLAPS))
    parts = _parts(intakes)
    listed = match_lists(lists, [part.utterance for part in parts])
    outside = check_overlap(parts, listed, spec.by)
    if outside and overlap == "fail":
        names = sorted({name for name, _ in outside.values()})
        shown = ", ".join(names[:MOST_NAMED]) + (f" … ({len(names)})" if len(names) > MOST_NAMED else "")
        facts = {"listed": len(listed.given), "count": len(outside), "names": shown}
        raise UserError("prepare.list_overlap", **facts, what="calls" if spec.by == "call" else "speakers or calls")
    if outside:
        rejects = _rejects(intakes, outside)
        intakes = [intake.without(rejects) for intake in intakes]
    rest = [part for part in parts if part.utterance.id not in listed.given and part.utterance.id not in outside]
    splits = assign(rest, spec.without(lists), seed)
    splits.update(listed.given)
    return Division(tuple(intakes), splits, listed)


def _parts(intakes: Sequence[Intake]) -> list[Part]:
    return [
        Part(found.entry.utterance, found.duration_s, intake.spec.split or found.entry.split)
        for intake in intakes
        for found in intake.recorded
    ]


def _rejects(intakes: Sequence[Intake], outside: Mapping[str, tuple[str, str]]) -> dict[str, Reject]:
    entries = [found.entry for intake in intakes for found in intake.recorded if found.entry.utterance.id in outside]
    rejects = {}
    for entry in entries:
        name, split = outside[entry.utterance.id]
        facts = {"place": entry.place, "name": name, "split": split}
        rejects[entry.utterance.id] = Reject(entry.place, "prepare.list_speaker", facts, entry.utterance.id)
    return rejects


def write_unmatched(path: Path, listed: Listed) -> None:
    """``lists.jsonl``: entries of lists that gave no utterance."""
    write_lines(path, (json.dumps(entry.to_json(), ensure_ascii=False) for entry in listed.unmatched))
