"""Schedule: all batches of a training, epoch after epoch, as one numbered list."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import accumulate

from kowhisper_tel.data.windows import TICKS_PER_S, Batch, Packing, plan_epoch


class Schedule:
    """Batches by number. Epochs may differ in their number of batches, so the trainer sees one long pass.

    Only the plan of the epoch at hand is kept; any other is made again from the seed.
    """

    def __init__(
        self,
        durations_s: Sequence[float],
        tokens: Sequence[int],
        *,
        seed: int,
        epochs: int,
        packing: Packing,
        ids: Sequence[str] | None = None,
    ) -> None:
        """Plan every epoch once, to count. Raises ``UserError`` as ``plan_epoch`` does."""
        self._durations_s, self._tokens, self._ids = durations_s, tokens, ids
        self._seed, self._packing = seed, packing
        self._kept: tuple[int, tuple[Batch, ...]] | None = None
        self._ends: list[int] = []
        speech: list[float] = []
        utterances: list[int] = []
        for epoch in range(epochs):
            plan = self._plan(epoch)
            self._ends.append(len(plan) + (self._ends[-1] if self._ends else 0))
            speech += (batch.speech / TICKS_PER_S for batch in plan)
            utterances += (batch.utterances for batch in plan)
        self._speech_s = [0.0, *accumulate(speech)]
        self._utterances = [0, *accumulate(utterances)]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, number: int) -> Batch:
        epoch = bisect.bisect_right(self._ends, number)
        before = self._ends[epoch - 1] if epoch else 0
        return self._plan(epoch)[number - before]

    def epoch(self, batches: int) -> float:
        """Epochs heard after so many batches, as a fraction."""
        epoch = bisect.bisect_right(self._ends, batches)
        if epoch == len(self._ends):
            return float(epoch)
        before = self._ends[epoch - 1] if epoch else 0
        return epoch + (batches - before) / (self._ends[epoch] - before)

    def speech_s(self, batches: int) -> float:
        """Seconds of utterances heard after so many batches."""
        return self._speech_s[batches]

    def utterances(self, batches: int) -> int:
        """Utterances heard after so many batches."""
        return self._utterances[batches]

    def _plan(self, epoch: int) -> tuple[Batch, ...]:
        if self._kept is None or self._kept[0] != epoch:
            plan = plan_epoch(
                self._durations_s,
                self._tokens,
                seed=self._seed,
                epoch=epoch,
                packing=self._packing,
                ids=self._ids,
            )
            self._kept = (epoch, plan)
        return self._kept[1]
