"""Store: an evaluation's append-only files. A unit (one model, one batch) is in them whole or not at all.

Each line is sealed. Where one is damaged, its unit is decoded again, and what stands after it is kept meanwhile.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval_suites.hypothesis import Hypothesis, Key, Transcript
from eval_suites.plan import Plan
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import append_lines, atomic, read_json_lines
from kowhisper_tel.core.lines import each_opened, is_sealed, opened

HYPOTHESES = "hypotheses.jsonl"
TIMINGS = "timings.jsonl"
SALVAGED = "salvaged.jsonl"
"""While a damaged unit is decoded again: the hypotheses that stood after it."""


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
    """Writes hypotheses in the plan's order, so that a resumed file ends up equal to one written in one go.

    ``damaged``: how many lines ``resume`` found that were not as they had been written.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan
        self._salvaged: dict[tuple[int, str], tuple[Hypothesis, ...]] = {}
        self.damaged = 0

    def resume(self) -> int:
        """Drop what a killed run left of an unfinished unit, and what is damaged; return how many units are whole.

        Whole units behind a damaged one do not count: ``salvaged`` has them. Raises ``UserError``
        (``eval.hypotheses_foreign``) for a line that the plan does not have at its place.
        """
        path = self._folder / HYPOTHESES
        self._set_damaged_aside(path)
        done = first = kept = 0
        # Split at newlines only: a text may hold other characters that str.splitlines takes for a line's end.
        lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
        for model, batch in self._plan.units:
            unit = lines[first : first + len(batch.utterance_ids)]
            for offset, (line, key) in enumerate(zip(unit, batch.keys(model), strict=False)):
                if _key(line) != key:
                    raise UserError("eval.hypotheses_foreign", path=path, line=first + offset + 1)
            if len(unit) < len(batch.utterance_ids):
                break
            done, first = done + 1, first + len(unit)
            kept += sum(len(line) + 1 for line in unit)
        else:
            if first < len(lines):
                raise UserError("eval.hypotheses_foreign", path=path, line=first + 1)
        if path.is_file():
            _cut(path, kept)
        self._salvaged = self._whole_units_aside(done)
        self._keep_timings(done)
        return done

    def salvaged(self, batch: int, model: str) -> Unit | None:
        """A unit that is not to be decoded again, by its batch's number, though it has to be written again."""
        found = self._salvaged.get((batch, model))
        return Unit(found, self._timings().get((model, batch), {})) if found else None

    def read(self, first: int, end: int) -> dict[str, Unit]:
        """The units ``first`` to ``end`` (without it) by model; they are of one batch, and in the store."""
        if first == end:
            return {}
        units = self._plan.units
        lines = (self._folder / HYPOTHESES).read_bytes().split(b"\n")
        place = sum(len(batch.utterance_ids) for _, batch in units[:first])
        timings = self._timings()
        found: dict[str, Unit] = {}
        for model, batch in units[first:end]:
            written = lines[place : place + len(batch.utterance_ids)]
            hypotheses = tuple(Hypothesis.from_json(opened(line)) for line in written)
            found[model] = Unit(hypotheses, timings.get((model, first // len(self._plan.models)), {}))
            place += len(written)
        return found

    def append(self, unit: Unit, *, salvaged: bool = False) -> None:
        """Write one unit, on disk when this returns. Its timing follows, so that a unit never has two."""
        append_lines(self._folder / HYPOTHESES, [hypothesis.to_json() for hypothesis in unit.hypotheses])
        if not salvaged:
            append_lines(self._folder / TIMINGS, [unit.timing])

    def finish(self) -> None:
        """All units are written."""
        (self._folder / SALVAGED).unlink(missing_ok=True)

    def _set_damaged_aside(self, path: Path) -> None:
        """Cut the file before its first damaged line; what stands behind it whole goes to ``SALVAGED``, kept there."""
        content = path.read_bytes() if path.is_file() else b""
        lines = [(line, _key(line) if record else None) for line, record in each_opened(content)]
        bad = [number for number, (_, key) in enumerate(lines) if key is None]
        if not bad:
            return
        if not any(is_sealed(line) for line, _ in lines):  # of before there were seals: who knows what it is
            raise UserError("eval.hypotheses_foreign", path=path, line=bad[0] + 1)
        self.damaged = len(bad)
        aside = self._folder / SALVAGED
        before = aside.read_bytes() if aside.is_file() else b""
        with atomic(aside) as file:
            file.write(b"".join(line + b"\n" for line, key in lines[bad[0] :] if key) + before)
        _cut(path, sum(len(line) + 1 for line, _ in lines[: bad[0]]))

    def _whole_units_aside(self, done: int) -> dict[tuple[int, str], tuple[Hypothesis, ...]]:
        """The units of ``SALVAGED`` that are whole, by batch and model, but for the first ``done`` of all."""
        aside = self._folder / SALVAGED
        content = aside.read_bytes() if aside.is_file() else b""
        records = [record for line, record in each_opened(content) if record and _key(line)]
        found = {one.key: one for one in map(Hypothesis.from_json, records)}
        units: dict[tuple[int, str], tuple[Hypothesis, ...]] = {}
        for number, (model, batch) in enumerate(self._plan.units[done:], done):
            keys = batch.keys(model)
            if all(key in found for key in keys):
                units[number // len(self._plan.models), model] = tuple(found[key] for key in keys)
        return units

    def _keep_timings(self, done: int) -> None:
        """Keep the timings of units that are there, each once; those of others will be written with them."""
        path = self._folder / TIMINGS
        if not path.is_file():
            return
        models = len(self._plan.models)
        there = {(model, number // models) for number, (model, _) in enumerate(self._plan.units[:done])}
        there |= {(model, batch) for batch, model in self._salvaged}
        content = path.read_bytes()
        kept = defaultdict[Any, bytes](bytes)
        for line, record in each_opened(content):
            if record and (unit := (record.get("model"), record.get("batch"))) in there:
                kept[unit] = line + b"\n"
        if b"".join(kept.values()) != content:
            with atomic(path) as file:
                file.write(b"".join(kept.values()))

    def _timings(self) -> dict[tuple[str, int], Mapping[str, Any]]:
        return {(t["model"], t["batch"]): t for t in read_json_lines(self._folder / TIMINGS)}


def _key(line: bytes) -> Key | None:
    """Of which hypothesis a line is; of none where it cannot be read."""
    try:
        return Hypothesis.from_json(opened(line)).key
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _cut(path: Path, size: int) -> None:
    if path.stat().st_size > size:
        os.truncate(path, size)
