"""Tracks: the parties of a call, each on its own channel, or all on one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from augment.speech_level import active_level_dbfs
from kowhisper_tel.core.activity import FLOOR_QUANTILE, STEP, Activity, activity
from kowhisper_tel.core.audio import RATE, Samples

SAME_DB = 4.0
"""Two tracks are one recording twice if their levels differ by the same, but for so much, wherever there is speech: the
samples themselves agree no more after MP3 or AAC. Two parties' levels swing apart with each turn."""
BLEED_DB = 8.0
STEADY_DB = 4.0
"""A track whose active level is no further above its own floor is a line's noise: of white, pink, brown and comfort
noise it is 0.4 to 3.7 dB above, of speech among white or pink noise at 5 dB more than 5."""
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

    Nor does it where it lies further below its own active level than another lies below its: the rest of a loud party
    may well be above the threshold of a quiet one. A recogniser scales what it is given, so the faintest voice in a
    pause is still heard. On a track of steady noise nobody speaks: it takes nothing from another.
    """
    own = activity(track, shared=False)
    spoken, other = own.active.copy(), np.zeros_like(own.active)
    for audio in others:
        found = activity(audio, shared=False)
        if _is_steady(audio, found):
            continue
        other |= found.active
        if own.active.any() and found.active.any():
            spoken &= _below_db(audio, found) - _below_db(track, own) > -BLEED_DB
    voice, near = (maximum_filter1d(mask.astype(np.uint8), 11).astype(bool) for mask in (spoken, other))
    quiet = near & ~voice
    gain = np.repeat(np.where(quiet, MUTED, np.float32(1.0)), STEP)[: len(track)]
    quietened: Samples = track * gain
    return quietened


def _is_steady(track: Samples, found: Activity) -> bool:
    """Whether nothing on a track stands out from its noise, all of which is then taken for active."""
    if not found.active.any():
        return True
    return bool(active_level_dbfs(track, RATE) - np.quantile(found.level_db, FLOOR_QUANTILE) < STEADY_DB)


def _below_db(track: Samples, found: Activity) -> NDArray[np.float64]:
    """How far each frame, with the 0.2 s around it, lies below the track's active level."""
    below_db: NDArray[np.float64] = active_level_dbfs(track, RATE) - uniform_filter1d(found.level_db, 20)
    return below_db
