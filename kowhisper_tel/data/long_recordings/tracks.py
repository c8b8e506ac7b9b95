"""Tracks: the parties of a call, each on its own channel, or all on one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import maximum_filter1d

from kowhisper_tel.core.audio import Samples
from kowhisper_tel.data.long_recordings.activity import STEP, activity

SAME_DB = 4.0
"""Two tracks are one recording twice if their levels differ by the same, but for so much, wherever there is speech: the
samples themselves agree no more after MP3 or AAC. Two parties' levels swing apart with each turn."""
MUTED = np.float32(0.01)


def same(tracks: Sequence[Samples]) -> bool:
    """Whether a file's tracks (float32[n] each, two or more) hold one signal: dual mono."""
    first, *others = (activity(track, shared=False) for track in tracks)
    if not all(found.active.any() for found in (first, *others)):
        return False
    for other in others:
        apart_db = (first.level_db - other.level_db)[first.active | other.active]
        if np.quantile(np.abs(apart_db - np.median(apart_db)), 0.99) > SAME_DB:
            return False
    return True


def without_bleed(track: Samples, others: Sequence[Samples]) -> Samples:
    """The track with what is heard of the other parties turned down by 40 dB: where they speak and it does not.

    A recogniser scales what it is given, so the faintest voice in a pause is still heard. For aligning only.
    """
    own = activity(track, shared=False).active
    other = np.zeros_like(own)
    for audio in others:
        other |= activity(audio, shared=False).active
    spoken, near = (maximum_filter1d(mask.astype(np.uint8), 11).astype(bool) for mask in (own, other))
    quiet = near & ~spoken
    gain = np.repeat(np.where(quiet, MUTED, np.float32(1.0)), STEP)[: len(track)]
    quietened: Samples = track * gain
    return quietened
