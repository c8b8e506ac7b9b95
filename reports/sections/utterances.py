"""Utterances: every clip of every suite with what each model heard, in columns that the page's script draws.

A reference is kept once, and a hypothesis as its ``difference`` from it, once for each pair of the two. All figures are
rounded here (``reports.rounding``); the script sorts by the value and shows the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from eval_suites.numbers import KINDS
from reports.difference import Difference, pack
from reports.evidence import Evidence, ModelColumn
from reports.rounding import decimal, percent
from reports.sections import Section, Table
from reports.sound import TAG as SHAREABLE
from reports.sound import Sound
from reports.text import Text, say_or

FLAGS = ("wrong", "loop", "hallucination", "missing", "numbers", "spacing")
"""What may be wrong with a hypothesis, by bit, the lowest first."""
WRONG, LOOP, _, MISSING, _, SPACING = range(len(FLAGS))

Record = Mapping[str, Any]
Heard = tuple[int, int, int]
"""Index of the difference (−1: no hypothesis), of the rate (−1: no reference), and flags. A model that was not asked
has −2 for the first."""


@dataclass(frozen=True)
class Place:
    """A suite: its name and title, and its stratum's."""

    name: str
    title: Text
    stratum: str
    stratum_title: Text


@dataclass(frozen=True)
class Clip:
    """An utterance as it is shown; ``tags`` are pairs of name and value."""

    id: str
    speaker: str
    seconds: str
    reference: str
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Utterances:
    """The explorer's data. ``rows``: suite, utterance, and what each model heard; ``rates``: value and text.

    ``compared``: the places of base (−1: none) and of the model that the report is about.
    """

    models: tuple[ModelColumn, ...]
    compared: tuple[int, int]
    places: tuple[Place, ...]
    clips: tuple[Clip, ...]
    differences: tuple[Difference, ...]
    rates: tuple[tuple[float, str], ...]
    rows: tuple[tuple[int, int, tuple[Heard, ...]], ...]
    sounds: Mapping[int, Sound]
    refused: Mapping[str, int]
    masked: bool
    csv: tuple[tuple[str | int | float | None, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """What the page's script reads: columns, and shared strings once."""
        speakers, of_clip = _shared(clip.speaker for clip in self.clips)
        tags, of_tags = _shared(pair for clip in self.clips for pair in clip.tags)
        counts = [len(clip.tags) for clip in self.clips]
        taken = iter(of_tags)
        return {
            "models": [[m.name, m.colour, m.title.to_json()] for m in self.models],
            "compared": self.compared,
            "suites": [[p.name, p.title.to_json(), p.stratum, p.stratum_title.to_json()] for p in self.places],
            "speakers": speakers,
            "tags": tags,
            "utterances": {
                "id": [clip.id for clip in self.clips],
                "speaker": of_clip,
                "seconds": [clip.seconds for clip in self.clips],
                "reference": [clip.reference for clip in self.clips],
                "tags": [[next(taken) for _ in range(count)] for count in counts],
            },
            "pairs": {name: [getattr(d, name) for d in self.differences] for name in Difference._fields},
            "rates": {"value": [value for value, _ in self.rates], "text": [text for _, text in self.rates]},
            "rows": {
                "suite": [row[0] for row in self.rows],
                "utterance": [row[1] for row in self.rows],
                "heard": [[value for row in self.rows for value in row[2][at]] for at in range(len(self.models))],
            },
            "sounds": {str(row): sound.to_json() for row, sound in self.sounds.items()},
        }


def _shared(values: Iterable[Any]) -> tuple[list[Any], list[int]]:
    """Values once, in the order met, and for each its index among them."""
    numbers: dict[Any, int] = {}
    places = [numbers.setdefault(value, len(numbers)) for value in values]
    return list(numbers), places


def build(evidence: Evidence) -> Utterances | None:
    """All rows, in the order of the suites and of the manifest."""
    if evidence.rows.empty:
        return None
    records = cast("list[Record]", evidence.rows.to_dict("records"))
    places = {suite.name: number for number, suite in enumerate(evidence.results.suites)}
    numbers: dict[str, int] = {}
    clips: list[Clip] = []
    for record in records:
        if record["utterance_id"] not in numbers:
            numbers[record["utterance_id"]] = len(clips)
            clips.append(_clip(record, evidence.shown))
    cells = {(places[r["suite"]], numbers[r["utterance_id"]], r["model"]): r for r in records}
    keys = sorted({key[:2] for key in cells})
    kept = _Kept(evidence.shown, _watched(map(str, evidence.rows.columns)))
    rows = tuple((*key, tuple(kept.heard(cells.get((*key, m.name))) for m in evidence.models)) for key in keys)
    names = [suite.name for suite in evidence.results.suites]
    ids = list(numbers)
    sounds = {at: evidence.sounds.get((names[suite], ids[clip])) for at, (suite, clip) in enumerate(keys)}
    order = {model.name: number for number, model in enumerate(evidence.models)}
    base, subject = evidence.base, evidence.subject or evidence.models[-1]
    return Utterances(
        evidence.models,
        (evidence.models.index(base) if base else -1, evidence.models.index(subject)),
        tuple(
            Place(s.name, Text(**s.title), s.stratum, say_or(f"common.stratum_{s.stratum}", s.stratum))
            for s in evidence.results.suites
        ),
        tuple(clips),
        tuple(kept.differences),
        tuple(kept.rates),
        rows,
        {at: sound for at, sound in sounds.items() if sound},
        dict(evidence.sounds_refused),
        evidence.mask,
        tuple(
            _csv_line(cells[key], evidence.shown)
            for key in sorted(cells, key=lambda key: (key[0], key[1], order[key[2]]))
        ),
    )


def _clip(record: Record, shown: Callable[[str], str]) -> Clip:
    tags = (
        (name.removeprefix("tag_"), str(value))
        for name, value in record.items()
        if name.startswith("tag_") and name != f"tag_{SHAREABLE}"
    )
    return Clip(
        shown(str(record["utterance_id"])),
        shown(_text(record["speaker"])),
        decimal(float(record["duration_s"]), 1).text,
        _spaced(shown(_text(record["reference_norm"]))),
        tuple((name, shown(value)) for name, value in tags if not _is_none(record[f"tag_{name}"])),
    )


def _is_none(value: object) -> bool:
    return value is None or value != value


def _text(value: object) -> str:
    return "" if _is_none(value) else str(value)


def _spaced(text: str) -> str:
    """Single plain spaces only, so that the script walks the very characters that the alignment counts."""
    return " ".join(text.split())


class _Kept:
    """Differences and rates, each kept once."""

    def __init__(self, shown: Callable[[str], str], watched: Mapping[str, Sequence[str]]) -> None:
        self.differences: list[Difference] = []
        self.rates: list[tuple[float, str]] = []
        self._shown = shown
        self._watched = watched
        self._pairs: dict[tuple[str, str], int] = {}
        self._numbers: dict[tuple[float, str], int] = {}

    def heard(self, record: Record | None) -> Heard:
        if record is None:
            return -2, -1, 0
        errors = sum(int(record[kind]) for kind in ("substitutions", "deletions", "insertions"))
        length = sum(int(record[kind]) for kind in ("hits", "substitutions", "deletions"))
        figure = percent(errors / length) if length else percent(None)
        rate = -1 if figure.value is None else self._number((figure.value, figure.text))
        if _is_none(record["hypothesis_norm"]):
            return -1, rate, _flags(record, errors, self._watched) | 1 << MISSING
        return self._difference(record), rate, _flags(record, errors, self._watched)

    def _number(self, rate: tuple[float, str]) -> int:
        if rate not in self._numbers:
            self._numbers[rate] = len(self.rates)
            self.rates.append(rate)
        return self._numbers[rate]

    def _difference(self, record: Record) -> int:
        key = (str(record["reference_norm"]), str(record["hypothesis_norm"]))
        if key not in self._pairs:
            self._pairs[key] = len(self.differences)
            reference, hypothesis = map(_spaced, key)
            self.differences.append(pack(reference, hypothesis, _spaced(self._shown(key[1]))))
        return self._pairs[key]


def _flags(record: Record, errors: int, watched: Mapping[str, Sequence[str]]) -> int:
    """What is wrong with a hypothesis, as bits of ``FLAGS``; what was not measured is not said."""
    flags = int(errors > 0) << WRONG | int(bool(record["loop"])) << LOOP
    for flag, columns in watched.items():
        flags |= int(any(record[column] > 0 for column in columns)) << FLAGS.index(flag)
    if not errors and record["reference_norm"] != record["hypothesis_norm"]:
        flags |= 1 << SPACING
    return flags


def _watched(columns: Iterable[str]) -> dict[str, list[str]]:
    """The columns that count the errors behind a flag, as far as they were measured; NaN is never more than 0."""
    metrics = {"hallucination": ["hallucination"], "numbers": [f"digits_{kind}" for kind in KINDS]}
    kinds = ("substitutions", "deletions", "insertions")
    wanted = {flag: [f"{m}_{kind}" for m in names for kind in kinds] for flag, names in metrics.items()}
    here = set(columns)
    return {flag: [name for name in names if name in here] for flag, names in wanted.items()}


CSV_TEXTS = ("suite", "stratum", "model", "role", "utterance_id", "speaker", "reference", "hypothesis")
CSV_COUNTS = ("hits", "substitutions", "deletions", "insertions", "loop", "attempts")
CSV_NORMS = ("reference_norm", "hypothesis_norm")


def _csv_line(record: Record, shown: Callable[[str], str]) -> tuple[str | int | float | None, ...]:
    texts = [None if _is_none(record[c]) else shown(str(record[c])) for c in CSV_TEXTS + CSV_NORMS]
    return (*texts, *(int(record[c]) for c in CSV_COUNTS), round(float(record["duration_s"]), 3))


def as_table(utterances: Utterances) -> Table:
    """``utterances.csv``: one line per suite, utterance and model."""
    return Table((*CSV_TEXTS, *CSV_NORMS, *CSV_COUNTS, "duration_s"), cast(Sequence[Any], utterances.csv))


SECTION = Section("utterances", 40, build, as_table)
