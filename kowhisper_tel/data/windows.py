"""Windows: up to 30 s of audio made of one or more utterances, and the plan of an epoch.

Whisper's usual recipe pads each utterance to 30 s; here utterances are packed, and each batch draws one window length,
so that nearly all of what is computed is speech and the model knows windows of every length. The plan is a pure
function of the seed, the epoch, the durations and the token counts: no worker and no resume can change it.

Times are whole ticks of 0.02 s: one encoder position, one timestamp token, 320 samples at 16 kHz.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from augment import rng
from kowhisper_tel.core.errors import UserError

TICKS_PER_S = 50
TICK_SAMPLES = 320
MOST_TICKS = 30 * TICKS_PER_S
"""Whisper hears at most 30 s (Radford et al. 2022, section 2.2)."""
MOST_TOKENS = 448
"""Whisper's decoder has so many positions."""
FIXED_TOKENS = 5
"""Start, language, task, ``<|notimestamps|>`` and end."""
TIMESTAMP_TOKENS = 2
"""The start and the end of an utterance."""
MOST_LABEL_TOKENS = MOST_TOKENS - FIXED_TOKENS - TIMESTAMP_TOKENS
"""What is left for the text of one utterance. ``prepare`` refuses longer labels, by the same count."""

LOOKAHEAD = 256
"""How many waiting utterances are tried for the windows of one batch."""


@dataclass(frozen=True)
class Window:
    """One window: its utterances (positions in the manifest), the silence before each (ticks), the label's form."""

    utterances: tuple[int, ...]
    gaps: tuple[int, ...]
    timestamps: bool


@dataclass(frozen=True)
class Batch:
    """Windows of one length (ticks) that make one forward pass. ``speech`` is the utterances' own length in ticks."""

    epoch: int
    length: int
    speech: int
    windows: tuple[Window, ...]

    @property
    def utterances(self) -> int:
        """How many utterances the batch holds."""
        return sum(len(window.utterances) for window in self.windows)


@dataclass(frozen=True)
class Packing:
    """How windows are made.

    ``window_s``: the shortest and longest length drawn. ``batch_seconds``: audio in one batch. ``timestamp_share``: of
    the windows. ``gap_s``: the longest silence put before an utterance, and after the last.
    """

    window_s: tuple[float, float] = (4.0, 30.0)
    batch_seconds: float = 120.0
    timestamp_share: float = 0.5
    gap_s: float = 0.5


def ticks(duration_s: float) -> int:
    """A duration in whole ticks, rounded up (a hair of float error is not a tick).

    >>> ticks(2.4), ticks(2.401)
    (120, 121)
    """
    return math.ceil(duration_s * TICKS_PER_S - 1e-6)


def plan_epoch(
    durations_s: Sequence[float],
    tokens: Sequence[int],
    *,
    seed: int,
    epoch: int,
    packing: Packing | None = None,
    ids: Sequence[str] | None = None,
) -> tuple[Batch, ...]:
    """All batches of an epoch, in order; each utterance stands in exactly one window.

    ``durations_s`` and ``tokens`` (of the text alone, without special tokens) go by position in the manifest; ``ids``
    names the utterances in errors. Raises ``UserError``: ``window.too_long`` (over 30 s), ``window.too_many_tokens``
    (a label that does not fit the decoder's 448), ``window.no_audio`` (a duration that is not above zero).
    """
    packing = packing or Packing()
    lengths = _check(durations_s, tokens, ids)
    generator = rng(seed, "windows", epoch)
    queue = deque(int(i) for i in generator.permutation(len(lengths)))
    batch_ticks = packing.batch_seconds * TICKS_PER_S
    rest = sum(lengths)
    batches = []
    while queue:
        # Batches share what is left evenly, so that no small one remains at the end.
        batches_left = max(1, round(rest / batch_ticks))
        target = rest / batches_left
        bins, length = _fill(queue, lengths, tokens, generator, packing, target, last=batches_left == 1)
        batch = _batch(bins, lengths, generator, packing, epoch, length)
        rest -= batch.speech
        batches.append(batch)
    return tuple(batches[i] for i in generator.permutation(len(batches)))


def _check(durations_s: Sequence[float], tokens: Sequence[int], ids: Sequence[str] | None) -> list[int]:
    if len(durations_s) != len(tokens):
        raise ValueError(f"{len(durations_s)} durations for {len(tokens)} token counts")
    lengths = []
    for index, (duration_s, count) in enumerate(zip(durations_s, tokens, strict=True)):
        name = ids[index] if ids else f"#{index}"
        if not duration_s > 0:
            raise UserError("window.no_audio", id=name, duration_s=duration_s)
        if ticks(duration_s) > MOST_TICKS:
            raise UserError("window.too_long", id=name, duration_s=duration_s)
        if count > MOST_LABEL_TOKENS:
            raise UserError("window.too_many_tokens", id=name, tokens=count, most=MOST_LABEL_TOKENS)
        lengths.append(ticks(duration_s))
    return lengths


def _cost(tokens: int) -> int:
    """Places an utterance takes in the decoder: its text and two timestamps."""
    return tokens + TIMESTAMP_TOKENS


@dataclass
class _Bin:
    """A window being filled."""

    utterances: list[int]
    room: int
    token_room: int = MOST_TOKENS - FIXED_TOKENS

    def takes(self, length: int, tokens: int) -> bool:
        return length <= self.room and _cost(tokens) <= self.token_room

    def add(self, index: int, length: int, tokens: int) -> None:
        self.utterances.append(index)
        self.room -= length
        self.token_room -= _cost(tokens)


def _fill(
    queue: deque[int],
    lengths: Sequence[int],
    tokens: Sequence[int],
    generator: np.random.Generator,
    packing: Packing,
    target: float,
    *,
    last: bool,
) -> tuple[list[_Bin], int]:
    """Take utterances from the head of the queue into bins of one drawn length: best fit, those that don't fit wait.

    The last batch opens as many bins as it needs, and leaves nothing.
    """
    shortest, longest = (min(max(ticks(s), 1), MOST_TICKS) for s in packing.window_s)
    drawn = int(generator.integers(shortest, longest, endpoint=True))
    tried = len(queue) if last else min(len(queue), LOOKAHEAD)
    head = [queue.popleft() for _ in range(tried)]
    length = max(drawn, max(lengths[i] for i in head) if last else lengths[head[0]])
    bins = [_Bin([], length) for _ in range(max(1, round(target / length)))]
    waiting = []
    for index in head:
        open_bins = [b for b in bins if b.takes(lengths[index], tokens[index])]
        if not open_bins and last:
            bins.append(_Bin([], length))
            open_bins = bins[-1:]
        if open_bins:
            min(open_bins, key=lambda b: b.room).add(index, lengths[index], tokens[index])
        else:
            waiting.append(index)
    queue.extendleft(reversed(waiting))
    return [b for b in bins if b.utterances], length


def _batch(
    bins: Sequence[_Bin],
    lengths: Sequence[int],
    generator: np.random.Generator,
    packing: Packing,
    epoch: int,
    length: int,
) -> Batch:
    longest_gap = ticks(packing.gap_s)
    windows = []
    fullest = 0
    for filled in bins:
        count = len(filled.utterances)
        gaps = _gaps(filled.room, count, longest_gap, generator)
        timestamps = bool(generator.random() < packing.timestamp_share)
        windows.append(Window(tuple(filled.utterances), gaps, timestamps))
        fullest = max(fullest, length - filled.room + sum(gaps))
    tail = int(generator.integers(0, longest_gap, endpoint=True))
    speech = sum(lengths[i] for filled in bins for i in filled.utterances)
    return Batch(epoch, min(length, fullest + tail), speech, tuple(windows))


def _gaps(room: int, count: int, longest: int, generator: np.random.Generator) -> tuple[int, ...]:
    """Silence before each of ``count`` utterances: the first often at once, all together never over the room."""
    drawn = generator.integers(0, longest, size=count, endpoint=True)
    if generator.random() < 0.5:
        drawn[0] = 0
    shrink = min(1.0, room / max(1, int(drawn.sum())))
    return tuple(int(gap * shrink) for gap in drawn)
