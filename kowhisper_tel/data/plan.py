"""Plan: the batches of one epoch in a few flat arrays, some ten bytes an utterance, as each worker holds a plan."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import overload

from kowhisper_tel.data.window import Batch, Window

TIMESTAMPS, FULL = 1, 2


class _Rows:
    """Rows of whole numbers of different lengths, one after another."""

    def __init__(self, kind: str) -> None:
        self._numbers, self._ends = array(kind), array("q", [0])

    def append(self, row: Iterable[int]) -> None:
        self._numbers.extend(row)
        self._ends.append(len(self._numbers))

    def __getitem__(self, place: int) -> tuple[int, ...]:
        return tuple(self._numbers[self._ends[place] : self._ends[place + 1]])


class Plan(Sequence[Batch]):
    """Batches of an epoch by number; each is put together when it is asked for."""

    def __init__(self, epoch: int, batches: Iterable[Batch]) -> None:
        self._epoch = epoch
        self._utterances, self._gaps, self._previous = _Rows("i"), _Rows("h"), _Rows("i")
        self._nospeech, self._forms = array("h"), array("b")
        self._lengths, self._speech, self._ends, self._order = array("h"), array("i"), array("q", [0]), array("i")
        for batch in batches:
            for window in batch.windows:
                self._add(window)
            self._ends.append(len(self._forms))
            self._lengths.append(batch.length)
            self._speech.append(batch.speech)
            self._order.append(len(self._order))

    def reorder(self, order: Iterable[int]) -> None:
        """Put the batches in another order: the number of each, as they stand now."""
        self._order = array("i", (self._order[number] for number in order))

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, number: int) -> Batch: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Batch]: ...
    def __getitem__(self, number: int | slice) -> Batch | Sequence[Batch]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        place = self._order[number]
        windows = tuple(self._window(i) for i in range(self._ends[place], self._ends[place + 1]))
        return Batch(self._epoch, self._lengths[place], self._speech[place], windows)

    def _add(self, window: Window) -> None:
        self._utterances.append(window.utterances)
        self._gaps.append(window.gaps)
        self._previous.append(window.previous)
        self._nospeech.append(window.nospeech)
        self._forms.append(TIMESTAMPS * window.timestamps + FULL * window.full)

    def _window(self, place: int) -> Window:
        form = self._forms[place]
        return Window(
            self._utterances[place],
            self._gaps[place],
            bool(form & TIMESTAMPS),
            self._previous[place],
            bool(form & FULL),
            self._nospeech[place],
        )
