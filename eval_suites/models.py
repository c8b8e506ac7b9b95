"""Models under test: what they are asked for by, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROLES = ("base", "control", "candidate", "other")


@dataclass(frozen=True)
class Post:
    """Work on the texts of the model ``source``: a kind of ``eval_suites.post``, and what it wants to know."""

    source: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelSpec:
    """A model to evaluate: a local Hugging Face folder, and its role (``ROLES``).

    ``engine`` and ``quantisation``: the evaluation's own where ``None``. ``decoding`` are changes to the
    evaluation's decoding options. ``settings`` is what the engine wants to know beside (a command, a file); such an
    engine may need no folder. ``post`` makes it a variant: the texts of another model, worked on.
    """

    folder: Path | None
    role: str
    engine: str | None = None
    quantisation: str | None = None
    decoding: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    post: Post | None = None


@dataclass(frozen=True)
class ModelRecord:
    """What ``models.json`` says of a model. ``hash`` is of its files' contents, wherever they lie."""

    name: str
    role: str
    hash: str
    engine: str
    quantisation: str
    device: str = "cpu"
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The record as a JSON object."""
        return asdict(self)
