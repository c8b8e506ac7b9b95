"""The codecs. Each file here is one family, found by itself: a function ``family()`` that gives its codecs."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from augment.codec import Codec
from augment.registry import Registry


def _collect(module: ModuleType) -> Iterator[tuple[str, Codec]]:
    for codec in module.family():
        yield codec.name, codec


_registry: Registry[Codec] = Registry("augment.codecs", "codec", _collect)


def names() -> tuple[str, ...]:
    """All codec names that are known, available or not."""
    return _registry.names()


def get(name: str) -> Codec:
    """The codec of a name; using one that is not ``available`` raises CodecUnavailable.

    Raises:
        UnknownName: nothing goes by this name; the message has the nearest.
    """
    return _registry.get(name)
