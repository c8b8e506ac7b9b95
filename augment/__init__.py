"""The sound of telephone calls, from arrays to arrays.

>>> import numpy as np
>>> from augment import Channel
>>> channel = Channel.from_json({"name": "landline", "effects": [
...     {"effect": "noise", "snr_db": [10, 20], "source": "babble"},
...     {"effect": "codec", "codec": "g711-a", "loss": {"rate": 0.03, "mean_burst": 2}}]})
>>> call = channel.render(np.zeros(16000, np.float32), 16000, seed=7, path=("clip-1",))
>>> call.audio.shape, call.audio.dtype
((16000,), dtype('float32'))

Read on in ``channel``, ``effect`` and ``codec``; the entries are in ``effects/`` and ``codecs/``, mixtures ready for
use in ``presets/``.
"""

from augment.channel import Channel, Drawn, Rendered, replay
from augment.errors import AudioError, AugmentError, CodecUnavailable, SpecError, Unavailable, UnknownName
from augment.mixture import Mixture
from augment.randomness import rng
from augment.time_map import TimeMap

__all__ = [
    "AudioError",
    "AugmentError",
    "Channel",
    "CodecUnavailable",
    "Drawn",
    "Mixture",
    "Rendered",
    "SpecError",
    "TimeMap",
    "Unavailable",
    "UnknownName",
    "replay",
    "rng",
]
