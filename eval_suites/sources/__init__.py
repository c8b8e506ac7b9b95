"""Sources: sound that suites bring themselves. Each file here is one kind, and makes it by ``render``.

``render(source, read, seed) -> float32[n]``, mono, 16 kHz: ``source`` is the item's own (``Item.source``), ``read``
gives the audio of an utterance of the manifest by its id, and randomness comes from ``seed`` and ``source`` alone.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]
Read = Callable[[str], Audio]


@functools.cache
def kinds() -> tuple[str, ...]:
    """The kinds there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:
    """The sound that an item's source describes. Raises ``ValueError`` for an unknown kind."""
    kind = source["kind"]
    if kind not in kinds():
        raise ValueError(f"no such kind of source: {kind!r} (there are {', '.join(kinds()) or 'none'})")
    made: Audio = importlib.import_module(f"{__name__}.{kind}").render(source, read, seed)
    return made
