"""Stratified division: every stratum is divided by the same shares, as near as whole speakers (or calls) allow.

Blocks are placed one by one where they are lacked most, then moved and exchanged for as long as that brings the shares
nearer: after Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-Label Data" (ECML PKDD 2011), with
amounts of speech in place of counts, and with exchanges, which whole speakers need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from augment import rng

ATTEMPTS, MOST_TRIED = 8, 2_000
"""Seeded orders that are tried; fewer where there are more blocks than this in all of them."""
PASSES = 6
"""Times that all blocks are looked at for a better place."""
MOST_PARTNERS = 256
"""Blocks of another split that one is exchanged with on trial."""

Amounts = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """What may not be parted: its amount of speech in all, and of each stratum (tag and value)."""

    amount: float
    strata: Mapping[tuple[str, str], float] = field(default_factory=dict)


def divide(blocks: Mapping[str, Block], shares: Mapping[str, float], seed: int) -> dict[str, str]:
    """The split of each block, by name, whatever their order. There must be as many blocks as splits, or more."""
    names = sorted(blocks)
    amounts = _amounts([blocks[name] for name in names])
    wanted = np.array(list(shares.values()))
    tries = max(1, min(ATTEMPTS, MOST_TRIED // len(names)))
    orders = [rng(seed, "stratified split", attempt).permutation(len(names)) for attempt in range(tries)]
    tried = [_Division(amounts, wanted).fill(order).improve(order) for order in orders]
    best = min(tried, key=lambda division: division.cost)
    splits = list(shares)
    return {name: splits[place] for name, place in zip(names, best.places.tolist(), strict=True)}


def _amounts(blocks: Sequence[Block]) -> Amounts:
    """float64[blocks, 1 + strata]: the part of all speech, and of each stratum's, that a block is, weighted.

    All speech counts as much as all strata of all tags together.
    """
    strata = sorted({stratum for block in blocks for stratum in block.strata})
    column = {stratum: number for number, stratum in enumerate(strata, 1)}
    table = np.zeros((len(blocks), 1 + len(strata)))
    for row, block in zip(table, blocks, strict=True):
        row[0] = block.amount
        for stratum, amount in block.strata.items():
            row[column[stratum]] = amount
    weights = np.sqrt([1.0, *[1 / len(strata)] * len(strata)])
    parts: Amounts = table / np.maximum(table.sum(axis=0), 1e-9) * weights
    return parts


class _Division:
    """Blocks in splits, and how far these are from their shares: the sum of squares, each relative to the share."""

    def __init__(self, amounts: Amounts, shares: Amounts) -> None:
        self._amounts, self._shares = amounts, shares
        self.places = np.full(len(amounts), -1)
        self._over = -shares[:, None] * amounts.sum(axis=0)

    @property
    def cost(self) -> float:
        return float(np.sum(self._costs(self._over, self._shares)))

    @staticmethod
    def _costs(over: Amounts, shares: Amounts) -> Amounts:
        squares: Amounts = np.sum(over**2, axis=-1) / shares
        return squares

    def fill(self, order: NDArray[np.int64]) -> _Division:
        """Place every block where that costs least; the last ones go to splits that have none yet."""
        empty = set(range(len(self._shares)))
        for done, block in enumerate(order):
            gain = self._costs(self._over + self._amounts[block], self._shares) - self._costs(self._over, self._shares)
            choice = sorted(empty) if len(order) - done <= len(empty) else list(range(len(self._shares)))
            self._put(block, min(choice, key=lambda split: gain[split]))
            empty.discard(int(self.places[block]))
        return self

    def improve(self, order: NDArray[np.int64]) -> _Division:
        """Move blocks to other splits, and exchange them, while that costs less."""
        for _ in range(PASSES):
            moved = [block for block in order if self._move(block) or self._exchange(block, order)]
            if not moved:
                break
        return self

    def _put(self, block: int, split: int) -> None:
        if self.places[block] >= 0:
            self._over[self.places[block]] -= self._amounts[block]
        self.places[block] = split
        self._over[split] += self._amounts[block]

    def _move(self, block: int) -> bool:
        here, row = self.places[block], self._amounts[block]
        if np.count_nonzero(self.places == here) == 1:
            return False
        costs = self._costs(self._over, self._shares)
        change = self._costs(self._over + row, self._shares) - costs
        change += self._costs(self._over[here] - row, self._shares[here]) - costs[here]
        change[here] = 0.0
        best = int(np.argmin(change))
        if change[best] >= -1e-12:
            return False
        self._put(block, best)
        return True

    def _exchange(self, block: int, order: NDArray[np.int64]) -> bool:
        here = int(self.places[block])
        partners = order[self.places[order] != here]
        if len(partners) > MOST_PARTNERS:
            partners = partners[block % len(partners) :: -(-len(partners) // MOST_PARTNERS)]
        if not len(partners):
            return False
        there = self.places[partners]
        difference = self._amounts[partners] - self._amounts[block]
        costs = self._costs(self._over, self._shares)
        change = self._costs(self._over[here] + difference, self._shares[here]) - costs[here]
        change += self._costs(self._over[there] - difference, self._shares[there]) - costs[there]
        best = int(np.argmin(change))
        if change[best] >= -1e-12:
            return False
        self._put(block, int(there[best]))
        self._put(int(partners[best]), here)
        return True
