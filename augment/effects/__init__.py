"""The effects. Each file here is one effect, found by itself: an ``Effect`` subclass with a ``name``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from augment.effect import Effect
from augment.errors import SpecError
from augment.registry import Registry


def _collect(module: ModuleType) -> Iterator[tuple[str, type[Effect]]]:
    for entry in vars(module).values():
        if inspect.isclass(entry) and issubclass(entry, Effect) and entry.__module__ == module.__name__:
            yield entry.name, entry


_registry: Registry[type[Effect]] = Registry("augment.effects", "effect", _collect)


def names() -> tuple[str, ...]:
    """All effect names."""
    return _registry.names()


def get(name: str) -> type[Effect]:
    """The effect class of a name. Raises UnknownName, with the nearest."""
    return _registry.get(name)


def from_json(data: Any) -> Effect:
    """An effect from ``{"effect": name, field: value, ...}``. Raises SpecError or UnknownName."""
    if not isinstance(data, Mapping) or "effect" not in data:
        raise SpecError(f'an effect is written {{"effect": name, field: value, ...}}, not {data!r}')
    return get(data["effect"]).from_json(data)
