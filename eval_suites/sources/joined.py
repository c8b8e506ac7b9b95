"""A call joined of the manifest's utterances, on one track, or one of the two tracks of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from augment import noises
from augment.speech_level import gain
from eval_suites.sources import Audio, Read
from eval_suites.sources._sound import RAMP_S, at_level, generator
from kowhisper_tel.core.audio import RATE

FLOOR_DBFS = -70.0
"""The noise that a line is never without; clips are cut hard, and digital silence between them would be too easy."""


def render(source: Mapping[str, Any], read: Read, seed: int) -> Audio:
    """The call, ``duration_s`` long.

    ``pieces`` are pairs of an utterance's id and the second that it begins at. ``others`` are those of the other
    track, heard faintly: by ``crosstalk_db``.
    """
    n_samples = round(source["duration_s"] * RATE)
    floor = noises.synthesise("pink", n_samples, RATE, generator(source, seed))
    call = at_level(floor, FLOOR_DBFS)
    for utterance_id, start_s in source["pieces"]:
        _lay(call, read(utterance_id), start_s)
    for utterance_id, start_s in source.get("others", ()):
        _lay(call, read(utterance_id) * gain(source["crosstalk_db"]), start_s)
    return call


def _lay(call: Audio, clip: Audio, start_s: float) -> None:
    first = round(start_s * RATE)
    clip = clip[: max(0, len(call) - first)]
    places = np.arange(len(clip))
    ends = np.clip(np.minimum(places, places[::-1]) / (RAMP_S * RATE), 0.0, 1.0)
    call[first : first + len(clip)] += (clip * ends).astype(np.float32)
