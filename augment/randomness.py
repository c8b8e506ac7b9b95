"""Keyed randomness: a generator for a path, the same in any order, process or resumed run.

>>> rng(7, 0, "utterance-12").integers(1000) == rng(7, 0, "utterance-12").integers(1000)
np.True_
"""

from __future__ import annotations

import hashlib
import json

import numpy as np


def rng(seed: int, *path: str | int) -> np.random.Generator:
    """A PCG64 generator seeded by the BLAKE2b hash of ``(seed, *path)``.

    ``1`` and ``"1"`` are different steps of a path, and ``("a", "b")`` is not ``("ab",)``.

    Raises:
        TypeError: a step that is neither a string nor an integer.
    """
    text = json.dumps([_step(seed), *map(_step, path)], ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def _step(step: str | int) -> str | int:
    if isinstance(step, str):
        return str(step)
    if isinstance(step, (int, np.integer)) and not isinstance(step, bool):
        return int(step)
    raise TypeError(f"a step of a random path is a string or an integer, not {step!r}")
