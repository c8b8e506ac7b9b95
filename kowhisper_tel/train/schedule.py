"""Schedule: all batches of a training, epoch after epoch, as one numbered list."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, chain

from kowhisper_tel.data.neighbours import Before
from kowhisper_tel.data.plan import Plan
from kowhisper_tel.data.windows import TICKS_PER_S, Batch, Packing, plan


@dataclass
class Windows:
    """How many windows there are in all epochs, of which kinds (see ``Window``), and ``computed_s``: their length."""

    windows: int = 0
    timestamps: int = 0
    previous: int = 0
    full: int = 0
    nospeech: int = 0
    computed_s: float = 0.0

    def add(self, batch: Batch) -> None:
        """Count a batch's."""
        self.windows += len(batch.windows)
        self.timestamps += sum(window.timestamps for window in batch.windows)
        self.previous += sum(bool(window.previous) for window in batch.windows)
        self.full += sum(window.full for window in batch.windows)
        self.nospeech += sum(window.nospeech > 0 for window in batch.windows)
        self.computed_s += len(batch.windows) * batch.length / TICKS_PER_S

    def to_json(self) -> dict[str, int | float]:
        """The counts as a JSON object."""
        return asdict(self) | {"computed_s": round(self.computed_s, 2)}


class Schedule:
    """Batches by number. Epochs may differ in their number of batches, so the trainer sees one long pass.

    Only the plan of the epoch at hand is kept; any other is made again from the seed. ``counted`` tells what windows
    all epochs have.
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
        before: Before | None = None,
    ) -> None:
        """Plan every epoch once, to count. Raises ``UserError`` as ``plan_epoch`` does."""
        self._durations_s, self._tokens, self._ids, self._before = durations_s, tokens, ids, before
        self._seed, self._packing = seed, packing
        self._kept: Plan | None = None
        self._kept_epoch = -1
        self.counted = Windows()
        speech: list[list[float]] = []
        utterances: list[list[int]] = []
        # The first epoch comes last, so that its plan is at hand, and workers have it without making it again.
        for epoch in reversed(range(epochs)):
            batches = self._plan(epoch)
            speech.insert(0, [batch.speech / TICKS_PER_S for batch in batches])
            utterances.insert(0, [batch.utterances for batch in batches])
            for batch in batches:
                self.counted.add(batch)
        self._ends = list(accumulate(map(len, speech)))
        self._speech_s = [0.0, *accumulate(chain.from_iterable(speech))]
        self._utterances = [0, *accumulate(chain.from_iterable(utterances))]

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

    def _plan(self, epoch: int) -> Plan:
        if self._kept is None or self._kept_epoch != epoch:
            self._kept = None  # the old one goes before the new one comes
            self._kept = plan(
                self._durations_s,
                self._tokens,
                seed=self._seed,
                epoch=epoch,
                packing=self._packing,
                ids=self._ids,
                before=self._before,
            )
            self._kept_epoch = epoch
        return self._kept
