"""Evidence: everything a report is made from."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.korean import mask as personal
from reports import masking
from reports.text import Text, say_or

if TYPE_CHECKING:
    import pandas as pd

    from eval_suites.models import ModelRecord
    from eval_suites.results import Results
    from reports.sound import Sound

ROLES = ("base", "control", "candidate")
LOSS_KEYS = ("loss", "train_loss")
CER_KEYS = ("dev_cer", "eval_cer", "cer")
STRATUM_KEY = "dev_cer_"
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class TrainingCurve:
    """How one model learned, as points by step: loss, CER on dev (a fraction), that by stratum, and learning rate.

    ``dev_utterances``: how many clips the CER is of, where that is known. ``choice``: which weights became the model,
    and why (``summary.json``'s); empty where nothing was written of it.
    """

    model: str
    role: str
    loss: Points
    dev_cer: Points = ()
    dev_strata: Mapping[str, Points] = field(default_factory=dict)
    learning_rate: Points = ()
    dev_utterances: int | None = None
    choice: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, model: str, role: str) -> TrainingCurve:
        """Read ``curves.jsonl``, and ``summary.json`` beside it; no file, no points.

        A line has ``step`` and any of ``loss``, ``dev_cer``, ``dev_cer_STRATUM``, ``learning_rate`` and
        ``dev_utterances``.
        """
        lines, summary = read_json_lines(path), path.with_name("summary.json")
        strata = sorted({key for line in lines for key in line if key.startswith(STRATUM_KEY)})
        heard = [line["dev_utterances"] for line in lines if line.get("dev_utterances") is not None]
        return cls(
            model, role, _points(lines, LOSS_KEYS), _points(lines, CER_KEYS),
            {key.removeprefix(STRATUM_KEY): _points(lines, (key,)) for key in strata},
            _points(lines, ("learning_rate",)), int(heard[-1]) if heard else None,
            json.loads(summary.read_text(encoding="utf-8")).get("choice", {}) if summary.is_file() else {},
        )  # fmt: skip


def _points(lines: Sequence[Mapping[str, Any]], keys: tuple[str, ...]) -> Points:
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
    bootstrap. ``mask`` says that personal data are hidden; ``sounds`` are what may be heard, by suite and utterance,
    and ``sounds_refused`` says how many clips were not taken, by reason. ``suites_left_out`` are suites that could not
    be made: ``name``, and ``reason`` as a text or as ``{"en", "ko"}``. ``exports``: what each exported model's check
    found (``kowhisper_tel.train.export.parity.Parity.to_json``).
    """

    results: Results
    training: Sequence[TrainingCurve] = ()
    prepare: Mapping[str, Any] | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    synthetic: bool = False
    level: float = 0.95
    draws: int = 2000
    seed: int = 1
    mask: bool = False
    sounds: Mapping[tuple[str, str], Sound] = field(default_factory=dict)
    sounds_refused: Mapping[str, int] = field(default_factory=dict)
    suites_left_out: Sequence[Mapping[str, Any]] = ()
    exports: Sequence[Mapping[str, Any]] = ()

    def shown(self, text: str) -> str:
        """A text as it may be shown: as it is, or with personal data masked, character by character, if asked."""
        if not self.mask:
            return text
        return self._masked[text] if text in self._masked else personal.mask(text)

    @functools.cached_property
    def _masked(self) -> dict[str, str]:
        rows = self.rows
        if rows.empty:
            return {}
        texts = rows[["reference", "hypothesis", "reference_norm", "hypothesis_norm"]].astype(str)
        raw, forms = [list(texts[c]) for c in texts.columns[:2]], [list(texts[c]) for c in texts.columns[2:]]
        pairs = [*zip(*raw, strict=True), *zip(*forms, strict=True)]
        return masking.of_pairs(pairs, [*zip(raw[0], forms[0], strict=True), *zip(raw[1], forms[1], strict=True)])

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
    def base(self) -> ModelColumn | None:
        """The model that others are set against."""
        return self.first("base")

    @functools.cached_property
    def subject(self) -> ModelColumn | None:
        """The model that the report is about: the first candidate, else the first of another role, else a control."""
        other = next((model for model in self.models if model.role not in ROLES), None)
        return self.first("candidate") or other or self.first("control")

    @functools.cached_property
    def control(self) -> ModelColumn | None:
        """The model tuned without the telephone, where it is not the subject itself."""
        control = self.first("control")
        return None if control == self.subject else control

    @functools.cached_property
    def strata(self) -> tuple[str, ...]:
        """The strata, in the order of their suites."""
        return tuple(dict.fromkeys(suite.stratum for suite in self.results.suites))
