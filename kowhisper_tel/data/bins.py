"""Bins: windows being filled, and the utterances that wait for one.

Utterances without a call are packed by best fit. Those of a call stay together: a window takes its next ones, in order,
as many as have room, and what follows waits for another window.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from kowhisper_tel.data.neighbours import NONE, Before
from kowhisper_tel.data.window import FIXED_TOKENS, MOST_TOKENS, TICKS_PER_S, TIMESTAMP_TOKENS

LOOKAHEAD = 256
"""How many waiting utterances are tried for the windows of one batch."""
CALL_LOOKAHEAD = 64
"""How many waiting calls are."""
SHORT_TICKS = 10 * TICKS_PER_S
"""An utterance for a window that is padded to 30 s lasts no longer, if there is such a one."""


@dataclass
class Bin:
    """A window being filled, with ``room`` in ticks.

    ``single``, if not 0: one utterance has it for itself, the first that is not longer than so many ticks.
    """

    room: int
    single: int = 0
    utterances: list[int] = field(default_factory=list)
    token_room: int = MOST_TOKENS - FIXED_TOKENS
    closed: bool = False
    """A call goes on behind its last utterance: no other may follow."""

    def add(self, index: int, length: int, tokens: int) -> None:
        """Put an utterance in; it must have room."""
        self.utterances.append(index)
        self.room -= length
        self.token_room -= tokens + TIMESTAMP_TOKENS


class Waiting:
    """Utterances that are not in a window yet, in the order that they are drawn in.

    ``lengths`` in ticks and ``tokens`` go by position in the manifest; ``before`` is ``neighbours.before``'s.
    """

    def __init__(
        self, lengths: Sequence[int], tokens: Sequence[int], before: Before, generator: np.random.Generator
    ) -> None:
        self._lengths, self._tokens = lengths, tokens
        after, follows = np.full(len(lengths), NONE, np.int32), np.flatnonzero(before != NONE)
        after[before[follows]] = follows
        heads = np.flatnonzero(before == NONE)
        drawn = heads[generator.permutation(len(heads))]
        self._after = array("i", after.tobytes())
        self._alone = deque[int](drawn[after[drawn] == NONE].tolist())
        self._calls = deque[int](drawn[after[drawn] != NONE].tolist())
        """The first waiting utterance of each."""
        self.ticks, self.utterances = sum(lengths), len(lengths)
        self._alone_ticks = sum(lengths[i] for i in self._alone)

    def longest(self) -> int:
        """Ticks of the longest utterance that waits."""
        in_calls = (index for head in self._calls for index in self._from(head))
        return max(self._lengths[index] for index in (*self._alone, *in_calls))

    def fill(self, bins: list[Bin], generator: np.random.Generator) -> None:
        """Take utterances into the bins; those that don't fit go on waiting. The first of each queue fits for sure."""
        for window in bins:
            if window.single and self.utterances:
                self._take_one(window, generator)
        several = [window for window in bins if not window.single]
        for number, window in enumerate(several[: self._for_calls(len(several), generator)]):
            self._take_runs(window, first=number == 0)
        self._take_alone(several, LOOKAHEAD)

    def empty(self, bins: list[Bin], length: int, single: int) -> None:
        """Take all that waits, into these bins and as many more like these as are needed."""
        while self._calls:
            bins.append(Bin(length, single))
            if single:
                self._take_call_head(bins[-1], 0)
            else:
                self._take_runs(bins[-1], first=True)
        while self._alone:
            if not single:
                self._take_alone(bins, len(self._alone))
            if self._alone:
                bins.append(Bin(length, single))
                self._put(bins[-1], self._alone.popleft(), alone=True)

    def next_length(self) -> int:
        """Ticks that a window needs so that the first of each queue fits."""
        return max(self._lengths[queue[0]] for queue in (self._alone, self._calls) if queue)

    def _for_calls(self, bins: int, generator: np.random.Generator) -> int:
        """How many of so many bins calls get: in proportion to what waits."""
        if not self._calls or not self._alone:
            return bins if self._calls else 0
        return int(bins * self._call_share() + generator.random())

    def _call_share(self) -> float:
        return 1.0 - self._alone_ticks / self.ticks

    def _put(self, window: Bin, index: int, *, alone: bool) -> None:
        length = self._lengths[index]
        window.add(index, length, self._tokens[index])
        self.ticks -= length
        self.utterances -= 1
        self._alone_ticks -= length if alone else 0

    def _fits(self, window: Bin, index: int) -> bool:
        return self._lengths[index] <= window.room and self._tokens[index] + TIMESTAMP_TOKENS <= window.token_room

    def _take_alone(self, bins: Sequence[Bin], tried: int) -> None:
        """Best fit of utterances without a call."""
        waiting = []
        bins = [window for window in bins if not window.closed and not window.single]
        for index in [self._alone.popleft() for _ in range(min(tried, len(self._alone)))]:
            fitting = [window for window in bins if self._fits(window, index)]
            if fitting:
                self._put(min(fitting, key=lambda window: window.room), index, alone=True)
            else:
                waiting.append(index)
        self._alone.extendleft(reversed(waiting))

    def _take_one(self, window: Bin, generator: np.random.Generator) -> None:
        """The first utterance that is short enough, or else the shortest one, of those that come next."""
        from_calls = bool(self._calls) and (not self._alone or generator.random() < self._call_share())
        queue, most = (self._calls, CALL_LOOKAHEAD) if from_calls else (self._alone, LOOKAHEAD)
        lengths = [self._lengths[queue[place]] for place in range(min(most, len(queue)))]
        place = next((p for p, length in enumerate(lengths) if length <= window.single), lengths.index(min(lengths)))
        if from_calls:
            self._take_call_head(window, place)
        else:
            index = queue[place]
            del queue[place]
            self._put(window, index, alone=True)

    def _take_call_head(self, window: Bin, place: int) -> None:
        index = self._calls[place]
        del self._calls[place]
        self._put(window, index, alone=False)
        if self._after[index] != NONE:
            self._calls.append(self._after[index])

    def _take_runs(self, window: Bin, *, first: bool) -> None:
        """What comes next in the call that fills the window best (``first``: in the first); where that call ends with
        it, what comes next in another.
        """
        while self._calls and not window.closed:
            tried = 1 if first else min(CALL_LOOKAHEAD, len(self._calls))
            runs = [self._run(window, self._calls[place]) for place in range(tried)]
            place = max(range(tried), key=lambda p: sum(self._lengths[i] for i in runs[p]))
            if not runs[place]:
                return
            del self._calls[place]
            for index in runs[place]:
                self._put(window, index, alone=False)
            rest = self._after[runs[place][-1]]
            if rest != NONE:
                window.closed = True
                self._calls.append(rest)
            first = False

    def _run(self, window: Bin, head: int) -> list[int]:
        """The utterances of a call, from its first waiting one on, that fit into the window."""
        room, token_room, run = window.room, window.token_room, []
        for index in self._from(head):
            room -= self._lengths[index]
            token_room -= self._tokens[index] + TIMESTAMP_TOKENS
            if room < 0 or token_room < 0:
                break
            run.append(index)
        return run

    def _from(self, index: int) -> Iterator[int]:
        """An utterance and all that follow it in its call."""
        while index != NONE:
            yield index
            index = self._after[index]
