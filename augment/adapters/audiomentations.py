"""A channel as a transform of audiomentations (https://iver56.github.io/audiomentations/).

>>> import random
>>> import numpy as np
>>> from audiomentations import Compose, Gain
>>> from augment import Channel
>>> from augment.adapters.audiomentations import AsTransform
>>> landline = Channel.from_json({"name": "landline", "effects": [
...     {"effect": "noise", "snr_db": [10, 20]}, {"effect": "codec", "codec": ["g711-a", "g711-mu"]}]})
>>> augment = Compose([Gain(p=1.0), AsTransform(landline, p=1.0)])
>>> clip = np.sin(np.arange(16000, dtype=np.float32))
>>> random.seed(7)
>>> first = augment(samples=clip, sample_rate=16000)
>>> random.seed(7)
>>> np.array_equal(augment(samples=clip, sample_rate=16000), first)
True
>>> [params["effect"] for params in augment.transforms[1].parameters["drawn"]["effects"]]
['noise', 'codec']
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from audiomentations.core.transforms_interface import BaseWaveformTransform
from numpy.typing import NDArray

from augment.adapters import channel_of
from augment.audio import Audio
from augment.channel import Channel, Drawn, replay
from augment.mixture import Mixture
from augment.randomness import rng


class AsTransform(BaseWaveformTransform):  # type: ignore[misc]
    """``channel``: a channel or a mixture, or the JSON of either. ``p``: the chance that a clip goes through it.

    As audiomentations' own transforms do, it takes its luck from ``random``: whether, and one seed. All else is keyed
    by that seed, so ``random.seed`` repeats it, and ``numpy``'s global state plays no part.

    ``parameters`` are plain JSON: ``{"should_apply", "drawn"}``, where ``drawn`` is the record of ``augment.Drawn``.
    Frozen ones (``freeze_parameters``) are for clips of the length and rate that they were drawn for.

    A channel that does not keep time is taken, as audiomentations takes its own ``TimeStretch``: the length may change,
    and ``augment.replay`` of the record gives the time map.

    Raises:
        SpecError: what is wrong with the JSON; on a call, frozen parameters for another length or rate.
        AudioError, CodecUnavailable: on a call, as ``Channel.render``.
    """

    def __init__(self, channel: Channel | Mixture | Any, p: float = 0.5) -> None:
        super().__init__(p)
        self.channel = channel_of(channel)

    def randomize_parameters(self, samples: NDArray[Any], sample_rate: int) -> None:
        """Draw whether to apply, and the record for ``samples``, float ``[n]``."""
        super().randomize_parameters(samples, sample_rate)
        self.parameters.pop("drawn", None)
        if not self.parameters["should_apply"]:
            return
        seed = random.getrandbits(32)
        channel = self.channel.pick(rng(seed, "mixture")) if isinstance(self.channel, Mixture) else self.channel
        drawn = channel.draw(rng(seed), n_samples=np.shape(samples)[-1], rate=sample_rate)
        self.parameters["drawn"] = drawn.to_json()

    def apply(self, samples: NDArray[Any], sample_rate: int) -> Audio:
        """The samples as the record has them."""
        return replay(samples, sample_rate, Drawn.from_json(self.parameters["drawn"])).audio

    def get_transform_init_args(self) -> dict[str, Any]:
        """The channel as JSON, which ``AsTransform`` takes again."""
        return {"channel": self.channel.to_json()}
