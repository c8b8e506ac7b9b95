"""A speech codec, with packet loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment import codecs
from augment.audio import Audio, fit_length, from_pcm, resample, to_pcm
from augment.effect import Effect, Params
from augment.packet_loss import GilbertElliott, lost_runs
from augment.spec import Choice, Name, Nested


@dataclass(frozen=True, kw_only=True)
class Codec(Effect):
    """Encodes and decodes; lost frames are concealed by the codec. The codec's delay is taken out.

    ``codec``: a name of ``augment.codecs``. ``loss``: which of its frames get lost (see ``GilbertElliott``).
    """

    name = "codec"
    examples = ({"codec": "g711-a"}, {"codec": ["g711-mu", "amr-nb-4.75"], "loss": {"rate": [0, 0.1], "mean_burst": 2}})
    codec: Annotated[Choice, Name(codecs.get)]
    loss: Annotated[GilbertElliott | None, Nested(GilbertElliott)] = None

    def check(self) -> None:
        """Raise CodecUnavailable if one of the codecs cannot run here."""
        for codec in (self.codec,) if isinstance(self.codec, str) else self.codec:
            codecs.get(codec).require()

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:
        """The lost frames, as ``[first, number]`` runs."""
        loss = fields["loss"]
        if loss is None:
            return {"lost": []}
        codec = codecs.get(fields["codec"])
        n_frames = codec.frames_for(round(n_samples * codec.rate_hz / rate))
        return {"lost": lost_runs(generator, n_frames, loss["rate"], loss["mean_burst"]).tolist()}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """What the other end hears, aligned with what was said."""
        codec = codecs.get(params["codec"])
        lost = {frame for first, number in params["lost"] for frame in range(first, first + number)}
        heard = from_pcm(codec.transmit(to_pcm(resample(audio, rate, codec.rate_hz)), lost))
        late = round(codec.delay_samples * rate / codec.rate_hz)
        return fit_length(resample(heard, codec.rate_hz, rate)[late:], len(audio))
