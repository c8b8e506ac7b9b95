"""Postings: an inverted index in two arrays, from keys to what they were found in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


class Postings:
    """Keys (integers below 2³²) and beside each its owner's number: 8 bytes a posting, 12 with its ``place``."""

    def __init__(self, keys: Sequence[Numbers], places: Sequence[Numbers] | None = None) -> None:
        """``keys[n]`` are those of owner n; ``places`` say where in the owner each stands."""
        every = np.concatenate([*keys, np.zeros(0, np.int64)])
        order = np.argsort(every, kind="stable")
        self._keys = every[order].astype(np.uint32)
        self._owners = np.repeat(np.arange(len(keys)), [len(k) for k in keys])[order].astype(np.int32)
        self._places = None if places is None else np.concatenate([*places, every[:0]])[order].astype(np.int32)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, wanted: Numbers, most: int | None = None) -> tuple[Numbers, Numbers]:
        """The postings of keys (int64[found]), and which of ``wanted`` each belongs to.

        Keys with more postings than ``most`` say too little, and are passed over.
        """
        probes = wanted.astype(np.uint32)
        first = np.searchsorted(self._keys, probes, "left")
        count = np.searchsorted(self._keys, probes, "right") - first
        if most is not None:
            count[count > most] = 0
        hits = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(count.sum())
        return hits, np.repeat(np.arange(len(wanted)), count)

    def owners(self, hits: Numbers) -> Numbers:
        """The owners of postings."""
        return self._owners[hits].astype(np.int64)

    def places(self, hits: Numbers) -> Numbers:
        """Where in their owners postings stand; only where places were given."""
        if self._places is None:
            raise ValueError("these postings have no places")
        return self._places[hits].astype(np.int64)
