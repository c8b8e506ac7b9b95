"""Resampling: sums over blocks drawn with replacement, and over blocks whose sides are swapped.

What is drawn depends on the number of blocks only, so that suites over the same speakers share it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from augment import rng

DRAWS_AT_ONCE = 500
EXACT_BLOCKS = 14
"""Up to so many blocks every way of swapping sides is looked at: 16,384."""
KEPT_CELLS = 2**23
"""Draws times blocks that are kept for the next comparison; more are drawn anew each time (8 MiB a kind)."""

Part = Callable[[int, int, int], Iterator[NDArray[np.uint8]]]


def drawn_sums(values: NDArray[np.float64], draws: int, seed: int) -> NDArray[np.float64]:
    """Sums of ``values``, float64[blocks, columns], over blocks drawn with replacement: float64[draws, columns]."""
    return _sums(_times, values, draws, seed)


def swapped_sums(values: NDArray[np.float64], draws: int, seed: int) -> NDArray[np.float64]:
    """Sums of ``values`` over the blocks whose sides are swapped: float64[swaps, columns].

    All ways of swapping, the one that swaps nothing first, up to ``EXACT_BLOCKS`` blocks; else ``draws`` random ones.
    """
    if len(values) <= EXACT_BLOCKS:
        return np.asarray(_all_swaps(len(values)) @ values)
    return _sums(_swaps, values, draws, seed)


def _sums(part: Part, values: NDArray[np.float64], draws: int, seed: int) -> NDArray[np.float64]:
    blocks = len(values)
    parts = _kept(part, blocks, draws, seed) if draws * blocks <= KEPT_CELLS else part(blocks, draws, seed)
    return np.concatenate([times.astype(np.float64) @ values for times in parts])


@functools.lru_cache(maxsize=8)
def _kept(part: Part, blocks: int, draws: int, seed: int) -> tuple[NDArray[np.uint8], ...]:
    return tuple(part(blocks, draws, seed))


def _times(blocks: int, draws: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    """How often each block is drawn (never 256 times: fewer blocks cannot, and of more no one would live to see it)."""
    generator = np.random.default_rng(seed)
    for some in _shares(draws):
        taken = generator.integers(blocks, size=(some, blocks)) + np.arange(some)[:, None] * blocks
        yield np.bincount(taken.ravel(), minlength=some * blocks).reshape(some, blocks).astype(np.uint8)


def _swaps(blocks: int, draws: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    """Whether each block is swapped, by the toss of a coin."""
    generator = rng(seed, "swaps", blocks)
    for some in _shares(draws):
        yield generator.integers(2, size=(some, blocks), dtype=np.uint8)


@functools.lru_cache(maxsize=EXACT_BLOCKS + 1)
def _all_swaps(blocks: int) -> NDArray[np.float64]:
    return (np.arange(2**blocks)[:, None] >> np.arange(blocks) & 1).astype(np.float64)


def _shares(draws: int) -> Iterator[int]:
    return (min(DRAWS_AT_ONCE, draws - first) for first in range(0, draws, DRAWS_AT_ONCE))
