"""Provenance: which models, versions and command made these figures, shown as they were handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.evidence import Evidence
from reports.sections import Section
from reports.text import Text

SETTINGS = ("batch_size", "models", "versions")
"""What an evaluation was planned with, beside what stands elsewhere on the page."""


@dataclass(frozen=True)
class ModelRow:
    """One model: title, colour, and its facts as text."""

    title: Text
    colour: str
    name: str
    hash: str
    engine: str
    quantisation: str


@dataclass(frozen=True)
class Provenance:
    """Models, the command line, and all other facts as dotted names with values."""

    models: tuple[ModelRow, ...]
    command: str
    facts: tuple[tuple[str, str], ...]
    suites: tuple[tuple[str, str], ...]


def build(evidence: Evidence) -> Provenance:
    """Everything known, flattened."""
    columns = {model.name: model for model in evidence.models}
    records = {record.name: record for record in evidence.results.models}
    models = tuple(
        ModelRow(columns[n].title, columns[n].colour, n, str(r.hash), str(r.engine), str(r.quantisation))
        for n, r in ((name, records[name]) for name in columns)
    )
    rest = {key: value for key, value in evidence.provenance.items() if key != "command"}
    versions = {k: v for k, v in evidence.results.versions.items() if not k.startswith("suites.")}
    settings = {key: evidence.results.inputs.get(key) for key in SETTINGS}
    facts = [*_flat("", rest), *_flat("results", versions), *_flat("evaluation", settings)]
    suites = tuple((suite.name, suite.fingerprint) for suite in evidence.results.suites)
    return Provenance(models, _command(evidence.provenance.get("command")), tuple(facts), suites)


def _command(command: Any) -> str:
    if isinstance(command, list | tuple):
        import shlex

        return shlex.join(str(part) for part in command)
    return str(command or "")


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _flat(f"{name}.{key}" if name else str(key), inner)]
    if isinstance(value, list | tuple):
        return [(name, ", ".join(str(part) for part in value))]
    return [] if value is None else [(name, str(value))]


SECTION = Section("provenance", 80, build)
