"""Time and pitch by Signalsmith Stretch (python-stretch), seeded, so that a clip always comes out the same."""

from __future__ import annotations

import numpy as np

from augment.audio import Audio, fit_length

SEED = 1
"""The library's phases start from a random device unless it is given one."""


def stretch(audio: Audio, rate: int, *, speed: float = 1.0, semitones: float = 0.0, n_samples: int) -> Audio:
    """``speed`` times as fast with the pitch kept, ``semitones`` higher; cut or filled to ``n_samples``."""
    from python_stretch.Signalsmith import Stretch

    stretcher = Stretch(SEED)
    stretcher.preset(1, rate)
    stretcher.setTimeFactor(speed)
    stretcher.setTransposeSemitones(semitones)
    # A copy: the library takes no read-only array.
    changed = np.asarray(stretcher.process(audio[np.newaxis].copy()), dtype=np.float32)[0]
    return fit_length(changed, n_samples)
