"""Tracks: the parties of a call, each on its own channel, or all on one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import maximum_filter1d

from kowhisper_tel.core.audio import Samples
from kowhisper_tel.data.long_recordings.activity import STEP, activity

SAME = 0.999
"""Two tracks that correlate so closely are one recording twice, whatever their levels."""
MUTED = np.float32(0.01)


def same(tracks: Sequence[Samples]) -> bool:
    """Whether a file's tracks (float32[n] each, two or more) hold one signal: dual mono."""
    first, *others = (track.astype(np.float64) for track in tracks)
    power = float(first @ first)
    return power > 0 and all((first @ other) ** 2 > SAME**2 * power * float(other @ other) > 0 for other in others)


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
