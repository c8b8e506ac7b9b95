"""Recipes: settings that fit a size of Whisper into a size of memory (``recipes.yaml``), by name: ``small-16gb``."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any


@functools.cache
def recipes() -> dict[str, dict[str, Any]]:
    """All recipes by name, as settings that differ from the defaults."""
    import yaml

    text = (resources.files("kowhisper_tel.train") / "recipes.yaml").read_text(encoding="utf-8")
    table: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(text)
    return {f"{size}-{memory}": dict(values) for size, row in table.items() for memory, values in row.items()}
