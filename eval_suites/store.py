"""Store: an evaluation's append-only files. A unit (one model, one batch) is in them whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval_suites.hypothesis import Hypothesis, Key, Transcript
from eval_suites.plan import Plan
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines

HYPOTHESES = "hypotheses.jsonl"
TIMINGS = "timings.jsonl"


@dataclass(frozen=True)
class Unit:
    """What one model wrote for one batch, and what it took."""

    hypotheses: tuple[Hypothesis, ...]
    timing: Mapping[str, Any]

    @property
    def transcripts(self) -> list[Transcript]:
        """What was written, in the batch's order."""
        return [hypothesis.transcript for hypothesis in self.hypotheses]

    @property
    def decode_s(self) -> float:
        """Seconds that it took."""
        return float(self.timing.get("decode_s", 0.0))


class Store:
    """Writes hypotheses in the plan's order, so that a resumed file ends up equal to one written in one go."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan

    def resume(self) -> int:
        """Drop what a killed run left of an unfinished unit; return how many units are there whole.

        Raises ``UserError`` (``eval.hypotheses_foreign``) for a line that the plan does not have at its place.
        """
        _cut_after_last_newline(self._folder / TIMINGS)
        path = self._folder / HYPOTHESES
        if not path.is_file():
            return 0
        # Split at newlines only: a text may hold other characters that str.splitlines takes for a line's end.
        lines = path.read_bytes().split(b"\n")[:-1]
        done = first = kept = 0
        for model, batch in self._plan.units:
            unit = lines[first : first + len(batch.utterance_ids)]
            for offset, (line, key) in enumerate(zip(unit, batch.keys(model), strict=False)):
                _check(line, key, path, first + offset + 1)
            if len(unit) < len(batch.utterance_ids):
                break
            done, first = done + 1, first + len(unit)
            kept += sum(len(line) + 1 for line in unit)
        else:
            if first < len(lines):
                raise UserError("eval.hypotheses_foreign", path=path, line=first + 1)
        _cut(path, kept)
        return done

    def read(self, first: int, end: int) -> dict[str, Unit]:
        """The units ``first`` to ``end`` (without it) by model; they are of one batch, and in the store."""
        if first == end:
            return {}
        units = self._plan.units
        lines = (self._folder / HYPOTHESES).read_bytes().split(b"\n")
        place = sum(len(batch.utterance_ids) for _, batch in units[:first])
        timings = {(t["model"], t["batch"]): t for t in read_json_lines(self._folder / TIMINGS)}
        found: dict[str, Unit] = {}
        for model, batch in units[first:end]:
            written = lines[place : place + len(batch.utterance_ids)]
            hypotheses = tuple(Hypothesis.from_json(json.loads(line)) for line in written)
            found[model] = Unit(hypotheses, timings.get((model, first // len(self._plan.models)), {}))
            place += len(written)
        return found

    def append(self, hypotheses: Sequence[Hypothesis], timing: Mapping[str, Any]) -> None:
        """Write one unit, on disk when this returns. Its timing follows, so that a unit never has two."""
        _append(self._folder / HYPOTHESES, [hypothesis.to_json() for hypothesis in hypotheses])
        _append(self._folder / TIMINGS, [timing])


def _check(line: bytes, key: Key, path: Path, number: int) -> None:
    try:
        found = Hypothesis.from_json(json.loads(line)).key
    except (ValueError, KeyError, TypeError, AttributeError):
        found = None
    if found != key:
        raise UserError("eval.hypotheses_foreign", path=path, line=number)


def _append(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    with path.open("ab") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _cut_after_last_newline(path: Path) -> None:
    if path.is_file():
        _cut(path, path.read_bytes().rfind(b"\n") + 1)


def _cut(path: Path, size: int) -> None:
    if path.stat().st_size > size:
        os.truncate(path, size)
