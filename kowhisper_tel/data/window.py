"""Window, Batch and Packing: what an epoch is planned in, and by.

Times are whole ticks of 0.02 s: one encoder position, one timestamp token, 320 samples at 16 kHz.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

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
MOST_PREVIOUS_TOKENS = MOST_TOKENS // 2 - 1
"""The most tokens of previous text before a label (OpenAI's decoding keeps so many, half of the decoder less one)."""


@dataclass(frozen=True)
class Window:
    """One window: its utterances (positions in the manifest), the silence before each (ticks), the label's form.

    ``previous``: the utterances said just before in the same call, the earliest first, whose text goes before the
    label. ``full``: one short utterance that is padded to 30 s. ``nospeech``: ticks of sound in which nobody speaks; it
    has no utterance then, and is 0 in every other window.
    """

    utterances: tuple[int, ...]
    gaps: tuple[int, ...]
    timestamps: bool
    previous: tuple[int, ...] = ()
    full: bool = False
    nospeech: int = 0


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

    ``windows``: ``drawn`` (each batch draws one length), ``packed`` (always 30 s, filled) or ``padded`` (one utterance
    a window, padded to 30 s: the usual recipe). ``previous_share``: of all windows, those that begin with the text said
    before in the same call, as far as there is one. ``full_share``: of all windows, those that hold one short utterance
    and are padded to 30 s. ``nospeech_share``: of all windows, those without speech. Shares hold over an epoch.

    Raises ``ValueError`` for a share below 0 or above 1, or where nothing is left for speech.
    """

    window_s: tuple[float, float] = (4.0, 30.0)
    batch_seconds: float = 120.0
    timestamp_share: float = 0.5
    gap_s: float = 0.5
    windows: Literal["drawn", "packed", "padded"] = "drawn"
    previous_share: float = 0.0
    full_share: float = 0.0
    nospeech_share: float = 0.0

    def __post_init__(self) -> None:
        if self.windows not in ("drawn", "packed", "padded"):
            raise ValueError(f"windows are drawn, packed or padded, not {self.windows!r}")
        for name in ("timestamp_share", "previous_share", "full_share", "nospeech_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share from 0 to 1, not {getattr(self, name)}")
        if self.nospeech_share == 1 or self.full_share + self.nospeech_share > 1:
            raise ValueError("full_share and nospeech_share leave no window for the rest")


def ticks(duration_s: float) -> int:
    """A duration in whole ticks, rounded up (a hair of float error is not a tick).

    >>> ticks(2.4), ticks(2.401)
    (120, 121)
    """
    return math.ceil(duration_s * TICKS_PER_S - 1e-6)
