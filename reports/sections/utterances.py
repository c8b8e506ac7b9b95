"""Utterances: every clip of every suite with what each model heard, in a compact form that the page's script draws.

A reference is kept once, and an alignment once for each pair of reference and hypothesis, so that equal hypotheses of
several suites or models cost an index. An alignment is written as runs over the characters without spaces:
``12=1s2d1i`` is twelve right, one substituted, two deleted, one inserted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eval_suites.alignment import align
from reports.evidence import Evidence, ModelColumn
from reports.sections import Section, Table
from reports.text import Text, say_or

MARKS = {"hit": "=", "substitution": "s", "deletion": "d", "insertion": "i"}

Heard = tuple[int, int, int, int, int]
"""Index of the pair, substitutions, deletions, insertions, loop (0 or 1); ``()`` where a hypothesis is missing."""


@dataclass(frozen=True)
class Utterances:
    """The explorer's data.

    ``utterances``: id, speaker, seconds, reference. ``pairs``: hypothesis, alignment. ``rows``: suite, utterance and
    what each model heard.
    """

    models: tuple[ModelColumn, ...]
    suites: tuple[tuple[str, Text, Text], ...]
    utterances: tuple[tuple[str, str, float, str], ...]
    pairs: tuple[tuple[str, str], ...]
    rows: tuple[tuple[int, int, tuple[Heard | tuple[()], ...]], ...]
    csv: tuple[tuple[str | int | float | None, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """What the page's script reads."""
        return {
            "models": [[m.name, m.colour, m.title.to_json(), m.role] for m in self.models],
            "suites": [[name, title.to_json(), stratum.to_json()] for name, title, stratum in self.suites],
            "utterances": self.utterances,
            "pairs": self.pairs,
            "rows": self.rows,
        }


def alignment(reference: str, hypothesis: str) -> str:
    """The alignment of two texts, spaces left out, as runs of ``=``, ``s``, ``d`` and ``i``."""
    edits = align("".join(reference.split()), "".join(hypothesis.split()))
    return "".join(f"{max(e.end - e.start, e.hypothesis_end - e.hypothesis_start)}{MARKS[e.kind]}" for e in edits)


def build(evidence: Evidence) -> Utterances | None:
    """All rows, in the order of the suites and of the manifest."""
    if evidence.rows.empty:
        return None
    records: list[dict[str, Any]] = [{str(k): v for k, v in r.items()} for r in evidence.rows.to_dict("records")]
    places = {suite.name: number for number, suite in enumerate(evidence.results.suites)}
    numbers: dict[str, int] = {}
    utterances: list[tuple[str, str, float, str]] = []
    for record in records:
        if record["utterance_id"] not in numbers:
            numbers[record["utterance_id"]] = len(utterances)
            utterances.append(_utterance(record))
    cells = {(places[r["suite"]], numbers[r["utterance_id"]], r["model"]): r for r in records}
    pairs: dict[tuple[str, str], int] = {}
    rows = tuple(
        (suite, number, tuple(_heard(cells.get((suite, number, m.name)), pairs) for m in evidence.models))
        for suite, number in sorted({key[:2] for key in cells})
    )
    return Utterances(
        evidence.models,
        tuple(
            (s.name, Text(**s.title), say_or(f"common.stratum_{s.stratum}", s.stratum)) for s in evidence.results.suites
        ),
        tuple(utterances),
        tuple((hypothesis, alignment(reference, hypothesis)) for reference, hypothesis in pairs),
        rows,
        tuple(_csv_line(cells[key]) for key in sorted(cells, key=lambda k: (k[0], k[1], _order(evidence, k[2])))),
    )


def _order(evidence: Evidence, name: str) -> int:
    return [model.name for model in evidence.models].index(name)


def _utterance(record: Mapping[str, Any]) -> tuple[str, str, float, str]:
    speaker = record["speaker"]
    named = "" if speaker is None or speaker != speaker else str(speaker)
    return str(record["utterance_id"]), named, round(float(record["duration_s"]), 2), _spaced(record["reference_norm"])


def _spaced(text: object) -> str:
    """Single plain spaces only, so that the script walks the very characters that the alignment counts."""
    return " ".join(str(text).split())


def _heard(record: Mapping[str, Any] | None, pairs: dict[tuple[str, str], int]) -> Heard | tuple[()]:
    if record is None:
        return ()
    key = (_spaced(record["reference_norm"]), _spaced(record["hypothesis_norm"]))
    number = pairs.setdefault(key, len(pairs))
    kinds = (int(record[kind]) for kind in ("substitutions", "deletions", "insertions"))
    substitutions, deletions, insertions = kinds
    return number, substitutions, deletions, insertions, int(bool(record["loop"]))


CSV_TEXTS = ("suite", "stratum", "model", "role", "utterance_id", "speaker", "reference", "hypothesis")
CSV_COUNTS = ("hits", "substitutions", "deletions", "insertions", "loop", "attempts")
CSV_NORMS = ("reference_norm", "hypothesis_norm")


def _csv_line(record: Mapping[str, Any]) -> tuple[str | int | float | None, ...]:
    texts = [None if record[c] is None or record[c] != record[c] else str(record[c]) for c in CSV_TEXTS + CSV_NORMS]
    return (*texts, *(int(record[c]) for c in CSV_COUNTS), round(float(record["duration_s"]), 3))


def as_table(utterances: Utterances) -> Table:
    """``utterances.csv``: one line per suite, utterance and model."""
    return Table((*CSV_TEXTS, *CSV_NORMS, *CSV_COUNTS, "duration_s"), utterances.csv)


SECTION = Section("utterances", 40, build, as_table)
