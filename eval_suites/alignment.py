"""Alignment: which tokens of a hypothesis stand for which of its reference (Levenshtein, by rapidfuzz)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

from eval_suites.tally import Tally

EditKind = Literal["hit", "substitution", "deletion", "insertion"]
_KINDS: dict[str, EditKind] = {
    "equal": "hit",
    "replace": "substitution",
    "delete": "deletion",
    "insert": "insertion",
}


@dataclass(frozen=True)
class Edit:
    """A stretch of one kind: ``reference[start:end]`` against ``hypothesis[hypothesis_start:hypothesis_end]``."""

    kind: EditKind
    start: int
    end: int
    hypothesis_start: int
    hypothesis_end: int


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[Edit, ...]:
    """The stretches of a least-edits alignment of two token sequences (a string is a sequence of characters)."""
    return tuple(
        Edit(_KINDS[op.tag], op.src_start, op.src_end, op.dest_start, op.dest_end)
        for op in Levenshtein.opcodes(reference, hypothesis)
    )


def tally(reference: Sequence[str], hypothesis: Sequence[str]) -> Tally:
    """Count the edits of ``align``. Its total of errors is the Levenshtein distance."""
    counts = dict.fromkeys(_KINDS.values(), 0)
    for edit in align(reference, hypothesis):
        counts[edit.kind] += max(edit.end - edit.start, edit.hypothesis_end - edit.hypothesis_start)
    return Tally(counts["hit"], counts["substitution"], counts["deletion"], counts["insertion"])
