"""Evidence: everything a report is made from."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.core.files import read_json_lines
from reports.text import Text, say_or

if TYPE_CHECKING:
    import pandas as pd

    from eval_suites.models import ModelRecord
    from eval_suites.results import Results

ROLES = ("base", "control", "candidate")
LOSS_KEYS = ("loss", "train_loss")
CER_KEYS = ("dev_cer", "eval_cer", "cer")


@dataclass(frozen=True)
class TrainingCurve:
    """How one model learned: ``(step, loss)`` and ``(step, CER on dev as a fraction)``."""

    model: str
    role: str
    loss: tuple[tuple[float, float], ...]
    dev_cer: tuple[tuple[float, float], ...] = ()

    @classmethod
    def read(cls, path: Path, model: str, role: str) -> TrainingCurve:
        """Read ``curves.jsonl`` (a line: ``step`` with ``loss`` or ``dev_cer`` or both); no file, no points."""
        lines = read_json_lines(path)
        return cls(model, role, _points(lines, LOSS_KEYS), _points(lines, CER_KEYS))


def _points(lines: Sequence[Mapping[str, Any]], keys: tuple[str, ...]) -> tuple[tuple[float, float], ...]:
    found = ((line["step"], line[key]) for line in lines for key in keys if key in line and "step" in line)
    return tuple((float(step), float(value)) for step, value in found if value is not None)


@dataclass(frozen=True)
class ModelColumn:
    """A model as a column: its name, role, the colour that it keeps all through the page (``m-…``) and its title."""

    name: str
    role: str
    colour: str
    title: Text


def _title(record: ModelRecord, records: Sequence[ModelRecord]) -> Text:
    """The role's name; where two models share the role, the model's own beside it."""
    title = say_or(f"common.role_{record.role}", record.name)
    alone = [other.role for other in records].count(record.role) == 1
    return title if alone else Text(f"{title.en} ({record.name})", f"{title.ko} ({record.name})")


@dataclass(frozen=True)
class Evidence:
    """Results, and what is known about how they came to be.

    ``prepare`` is the summary that ``prepare`` wrote; ``provenance`` anything that JSON can say (command, seed,
    machine, versions); ``synthetic`` says that the voices are machine-made, so that the figures prove the
    pipeline and nothing else. ``level`` is the confidence level of every interval; ``draws`` and ``seed`` fix the
    bootstrap.
    """

    results: Results
    training: Sequence[TrainingCurve] = ()
    prepare: Mapping[str, Any] | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    synthetic: bool = False
    level: float = 0.95
    draws: int = 2000
    seed: int = 1

    @functools.cached_property
    def rows(self) -> pd.DataFrame:
        """One row per model, suite and utterance."""
        return self.results.rows

    @functools.cached_property
    def models(self) -> tuple[ModelColumn, ...]:
        """The models, base first, then controls, candidates and others, each with its colour."""
        records = sorted(self.results.models, key=lambda m: ROLES.index(m.role) if m.role in ROLES else len(ROLES))
        columns: list[ModelColumn] = []
        for record in records:
            taken = {column.colour for column in columns}
            own = f"m-{record.role}"
            spare = (f"m-x{number}" for number in range(1, len(records) + 1))
            colour = own if record.role in ROLES and own not in taken else next(c for c in spare if c not in taken)
            columns.append(ModelColumn(record.name, record.role, colour, _title(record, records)))
        return tuple(columns)

    def first(self, role: str) -> ModelColumn | None:
        """The first model of a role."""
        return next((model for model in self.models if model.role == role), None)

    @functools.cached_property
    def strata(self) -> tuple[str, ...]:
        """The strata, in the order of their suites."""
        return tuple(dict.fromkeys(suite.stratum for suite in self.results.suites))
