"""Alignment: which tokens of a hypothesis stand for which of its reference (Levenshtein, by rapidfuzz)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

from eval_suites.tally import Tally

EditKind = Literal["hit", "substitution", "deletion", "insertion"]
_KINDS: dict[str, EditKind] = {
    "equal": "hit",
    "replace": "substitution",
    "delete": "deletion",
    "insert": "insertion",
}


class Edit(NamedTuple):
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
    if reference == hypothesis:
        return Tally(len(reference))
    tags = [tag for tag, _, _ in Levenshtein.editops(reference, hypothesis).as_list()]
    substitutions, deletions = tags.count("replace"), tags.count("delete")
    return Tally(len(reference) - substitutions - deletions, substitutions, deletions, tags.count("insert"))


def count(edits: Sequence[Edit]) -> Tally:
    """The tally of an alignment that is there already."""
    sizes = dict.fromkeys(_KINDS.values(), 0)
    for kind, start, end, first, last in edits:
        sizes[kind] += (end - start) or (last - first)
    return Tally(sizes["hit"], sizes["substitution"], sizes["deletion"], sizes["insertion"])
