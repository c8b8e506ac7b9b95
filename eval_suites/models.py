"""Models under test: what they are asked for by, and what is recorded of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ModelSpec:
    """A model to evaluate: a local Hugging Face folder, and its role (``base``, ``control`` or ``candidate``)."""

    folder: Path
    role: str


@dataclass(frozen=True)
class ModelRecord:
    """What ``models.json`` says of a model. ``hash`` is of its files' contents, wherever they lie."""

    name: str
    role: str
    hash: str
    engine: str
    quantisation: str

    def to_json(self) -> dict[str, Any]:
        """The record as a JSON object."""
        return asdict(self)
