"""A registry that finds what stands in the files of a folder: one new file is one new entry."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Generic, TypeVar

from augment.errors import unknown

T = TypeVar("T")


class Registry(Generic[T]):
    """Entries by name, collected from every module of a package on first use.

    Args:
        package: dotted name of the folder, such as ``"augment.effects"``.
        what: what an entry is called in errors, such as ``"effect"``.
        collect: gives the ``(name, entry)`` pairs that a module offers.
    """

    def __init__(self, package: str, what: str, collect: Callable[[ModuleType], Iterable[tuple[str, T]]]) -> None:
        self.package = package
        self.what = what
        self._collect = collect

    @functools.cached_property
    def entries(self) -> dict[str, T]:
        """All entries by name.

        Raises:
            RuntimeError: two files offer the same name, or a file offers nothing.
        """
        found: dict[str, T] = {}
        for info in pkgutil.iter_modules(importlib.import_module(self.package).__path__):
            module = importlib.import_module(f"{self.package}.{info.name}")
            pairs = list(self._collect(module))
            if not pairs:
                raise RuntimeError(f"{module.__name__} offers no {self.what}")
            for name, entry in pairs:
                if name in found:
                    raise RuntimeError(f"{self.what} {name!r} is offered twice, the second time by {module.__name__}")
                found[name] = entry
        return found

    def names(self) -> tuple[str, ...]:
        """All names: files in alphabetical order, entries in the order of their file."""
        return tuple(self.entries)

    def get(self, name: str) -> T:
        """The entry of a name.

        Raises:
            UnknownName: nothing goes by this name; the message has the nearest.
        """
        try:
            return self.entries[name]
        except (KeyError, TypeError):
            raise unknown(self.what, name, self.entries) from None
