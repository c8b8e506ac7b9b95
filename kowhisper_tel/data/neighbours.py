"""Neighbours: what was said just before an utterance in the same call."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.utterance import Utterance

NONE = -1
"""Nothing was said before, or it is not known."""

Before = NDArray[np.int32]
"""For each utterance of a manifest the position of the one before it in its call, or ``NONE``."""


def before(utterances: Sequence[Utterance]) -> Before:
    """``int32[n]`` (see ``Before``).

    A call is what ``Utterance.call`` says, whatever its files and tracks; without it, the utterances with times of one
    audio file and track are one. They follow one another by ``start_s`` where each has it, as two sides of a call that
    lie in two files do, or else in the manifest's order.
    """
    calls = defaultdict[Hashable, list[int]](list)
    starts_s = array("d")
    for place, utterance in enumerate(utterances):
        starts_s.append(math.nan if utterance.start_s is None else utterance.start_s)
        if utterance.call:
            calls[utterance.call].append(place)
        elif utterance.start_s is not None:
            calls[utterance.audio, utterance.track].append(place)
    found = np.full(len(utterances), NONE, np.int32)
    for places in calls.values():
        if not any(math.isnan(starts_s[place]) for place in places):
            places.sort(key=lambda place: (starts_s[place], place))
        found[places[1:]] = places[:-1]
    return found


def known(found: Before) -> bool:
    """Whether anything is known to have been said before any utterance."""
    return bool((found != NONE).any())
