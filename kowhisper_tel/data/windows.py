"""The plan of an epoch: which utterances share a window, and which windows a batch.

Whisper's usual recipe pads each utterance to 30 s; here utterances are packed, and each batch draws one window length,
so that nearly all of what is computed is speech and the model knows windows of every length. The plan is a pure
function of the seed, the epoch, the durations, the token counts and the calls: no worker and no resume can change it.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence

import numpy as np

from augment import rng
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.bins import SHORT_TICKS, Bin, Waiting
from kowhisper_tel.data.neighbours import NONE, Before, known
from kowhisper_tel.data.plan import Plan
from kowhisper_tel.data.window import (
    FIXED_TOKENS,
    MOST_LABEL_TOKENS,
    MOST_PREVIOUS_TOKENS,
    MOST_TICKS,
    MOST_TOKENS,
    TICK_SAMPLES,
    TICKS_PER_S,
    TIMESTAMP_TOKENS,
    Batch,
    Packing,
    Window,
    ticks,
)

__all__ = [
    "FIXED_TOKENS", "MOST_LABEL_TOKENS", "MOST_PREVIOUS_TOKENS", "MOST_TICKS", "MOST_TOKENS", "TICKS_PER_S",
    "TICK_SAMPLES", "TIMESTAMP_TOKENS", "Batch", "Packing", "Window", "plan", "plan_epoch", "ticks",
]  # fmt: skip

TOGETHER = 8
"""Windows with previous text stand in few batches, up to so many in each: their long labels cost all in the batch."""

OVER = 0.15
"""The last batch may be too large by this part of one."""
SURE = 4
"""The guess at what speech costs weighs like so many batches."""


def plan_epoch(
    durations_s: Sequence[float],
    tokens: Sequence[int],
    *,
    seed: int,
    epoch: int,
    packing: Packing | None = None,
    ids: Sequence[str] | None = None,
    before: Before | None = None,
) -> tuple[Batch, ...]:
    """All batches of an epoch, in order; each utterance stands in exactly one window.

    ``durations_s`` and ``tokens`` (of the text alone, without special tokens) go by position in the manifest; ``ids``
    names the utterances in errors. ``before`` is of ``neighbours.before``: the utterances of a call then follow one
    another in windows, in order; without it no call is known.

    Raises ``UserError``: ``window.too_long`` (over 30 s), ``window.too_many_tokens`` (a label that does not fit the
    decoder's 448), ``window.no_audio`` (a duration that is not above zero).
    """
    return tuple(plan(durations_s, tokens, seed=seed, epoch=epoch, packing=packing, ids=ids, before=before))


def plan(
    durations_s: Sequence[float],
    tokens: Sequence[int],
    *,
    seed: int,
    epoch: int,
    packing: Packing | None = None,
    ids: Sequence[str] | None = None,
    before: Before | None = None,
) -> Plan:
    """``plan_epoch``, without an object for each window. Raises as it does."""
    lengths = _check(durations_s, tokens, ids)
    generator = rng(seed, "windows", epoch)
    found = Plan(epoch, _Planner(lengths, tokens, before, packing or Packing(), epoch, generator))
    found.reorder(generator.permutation(len(found)).tolist())
    return found


def _check(durations_s: Sequence[float], tokens: Sequence[int], ids: Sequence[str] | None) -> array[int]:
    if len(durations_s) != len(tokens):
        raise ValueError(f"{len(durations_s)} durations for {len(tokens)} token counts")
    lengths = array("i")
    for index, (duration_s, count) in enumerate(zip(durations_s, tokens, strict=True)):
        if not duration_s > 0:
            raise UserError("window.no_audio", id=_name(index, ids), duration_s=duration_s)
        if ticks(duration_s) > MOST_TICKS:
            raise UserError("window.too_long", id=_name(index, ids), duration_s=duration_s)
        if count > MOST_LABEL_TOKENS:
            raise UserError("window.too_many_tokens", id=_name(index, ids), tokens=count, most=MOST_LABEL_TOKENS)
        lengths.append(ticks(duration_s))
    return lengths


def _name(index: int, ids: Sequence[str] | None) -> str:
    return ids[index] if ids else f"#{index}"


class _Planner:
    """Iterating over it makes an epoch's batches, before they are shuffled.

    A share of the windows is held as a debt: what batches owe grows with each window by the share, and a batch pays it
    when enough is owed. The debt begins at random, so that a short epoch pays in expectation too.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        tokens: Sequence[int],
        before: Before | None,
        packing: Packing,
        epoch: int,
        generator: np.random.Generator,
    ) -> None:
        self._lengths, self._tokens = lengths, tokens
        self._before = np.full(len(lengths), NONE, np.int32) if before is None else before
        self._packing, self._epoch, self._draw = packing, epoch, generator
        self._waiting = Waiting(lengths, tokens, self._before, generator)
        self._batch_ticks = packing.batch_seconds * TICKS_PER_S
        self._full_together = max(1, int(self._batch_ticks / MOST_TICKS / 2))
        self._full_share = packing.full_share if packing.windows != "padded" else 0.0
        self._before_share = packing.previous_share if known(self._before) else 0.0
        self._owes_full = generator.random() * self._full_together if self._full_share else 0.0
        typical = MOST_TICKS if packing.windows != "drawn" else sum(map(ticks, packing.window_s)) / 2
        together = min(TOGETHER, max(1.0, self._batch_ticks / typical))
        self._owes_previous = -generator.random() * together if self._before_share else 0.0

    def __iter__(self) -> Iterator[Batch]:
        # How many ticks of windows a tick of speech has cost so far; before the first batch, a guess.
        speech = SURE * self._batch_ticks
        computed = speech / (1.0 - self._packing.nospeech_share)
        while left := self._speech_left():
            # Batches share what is left evenly, so that no small one remains at the end, nor one much too large.
            rest = left * computed / speech
            batches_left = max(1, math.ceil(rest / self._batch_ticks - OVER))
            batch = self._next(rest / batches_left, last=batches_left == 1)
            speech += left - self._speech_left()
            computed += batch.length * len(batch.windows)
            yield batch

    def _speech_left(self) -> int:
        """Ticks that wait; padded, an utterance is a whole window."""
        padded = self._packing.windows == "padded"
        return self._waiting.utterances * MOST_TICKS if padded else self._waiting.ticks

    def _next(self, target: float, *, last: bool) -> Batch:
        """A batch of about ``target`` ticks. The last one opens as many windows as it needs, and leaves nothing."""
        length = self._length(last=last)
        count = max(1, int(target / length) if last else round(target / length))
        silent = int(self._draw.binomial(count, self._packing.nospeech_share)) if self._packing.nospeech_share else 0
        single = MOST_TICKS if self._packing.windows == "padded" else 0
        bins = [Bin(length, single) for _ in range(count - silent)]
        for window in bins[: int(self._owes_full) if length == MOST_TICKS else 0]:
            window.single = SHORT_TICKS
        self._waiting.fill(bins, self._draw)
        if last:
            self._waiting.empty(bins, length, single)
        return self._batch([window for window in bins if window.utterances], silent, length)

    def _length(self, *, last: bool) -> int:
        shortest, longest = (min(max(ticks(s), 1), MOST_TICKS) for s in self._packing.window_s)
        if self._packing.windows != "drawn" or self._owes_full >= self._full_together:
            return MOST_TICKS
        drawn = int(self._draw.integers(shortest, longest, endpoint=True))
        return max(drawn, self._waiting.longest() if last else self._waiting.next_length())

    def _batch(self, bins: Sequence[Bin], silent: int, length: int) -> Batch:
        longest_gap = 0 if self._packing.windows == "padded" else ticks(self._packing.gap_s)
        gaps = [_gaps(window.room, len(window.utterances), longest_gap, self._draw) for window in bins]
        if bins and not any(window.single for window in bins):
            tail = int(self._draw.integers(0, longest_gap, endpoint=True))
            fullest = max(length - window.room + sum(gap) for window, gap in zip(bins, gaps, strict=True))
            length = min(length, fullest + tail)
        speech = sum(self._lengths[index] for window in bins for index in window.utterances)
        previous = self._previous(bins, len(bins) + silent)
        windows = [
            Window(tuple(bins[i].utterances), gaps[i], self._timestamps(), previous[i], bins[i].single == SHORT_TICKS)
            for i in range(len(bins))
        ]
        windows += [Window((), (), self._timestamps(), nospeech=self._sound(length)) for _ in range(silent)]
        self._owes_full += self._full_share * len(windows) - sum(window.full for window in windows)
        return Batch(self._epoch, length, speech, tuple(windows))

    def _timestamps(self) -> bool:
        return bool(self._draw.random() < self._packing.timestamp_share)

    def _sound(self, length: int) -> int:
        """How long nobody speaks: through the whole window, or not as long, as in a short clip that is padded."""
        if self._draw.random() < 0.5:
            return length
        return int(self._draw.integers(min(TICKS_PER_S, length), length, endpoint=True))

    def _previous(self, bins: Sequence[Bin], count: int) -> list[tuple[int, ...]]:
        """What was said before each of these windows, for as many of them as is owed for ``count`` windows."""
        previous: list[tuple[int, ...]] = [()] * len(bins)
        if not self._before_share:
            return previous
        self._owes_previous += self._before_share * count
        candidates = [i for i, window in enumerate(bins) if self._said_before(window)]
        chosen = candidates[: max(TOGETHER, math.ceil(self._owes_previous))] if self._owes_previous > 0 else []
        for i in chosen:
            previous[i] = self._said_before(bins[i], int(self._draw.integers(MOST_PREVIOUS_TOKENS)) + 1)
        self._owes_previous -= len(chosen)
        return previous

    def _said_before(self, window: Bin, tokens: int = 1) -> tuple[int, ...]:
        """The utterances before a window's first, the earliest first: as many as have so few tokens, or just one.

        None where the decoder has no place left for a token of them.
        """
        said: list[int] = []
        index = int(self._before[window.utterances[0]]) if window.token_room > 1 else NONE
        while index != NONE and (not said or self._tokens[index] <= tokens):
            said.append(index)
            tokens -= self._tokens[index]
            index = int(self._before[index])
        return tuple(reversed(said))


def _gaps(room: int, count: int, longest: int, generator: np.random.Generator) -> tuple[int, ...]:
    """Silence before each of ``count`` utterances: the first often at once, all together never over the room."""
    drawn = generator.integers(0, longest, size=count, endpoint=True)
    if generator.random() < 0.5:
        drawn[0] = 0
    shrink = min(1.0, room / max(1, int(drawn.sum())))
    return tuple(int(gap * shrink) for gap in drawn)
