"""A speech codec, with packet loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment import codecs
from augment.audio import Audio, fit_length, from_pcm, resample, to_pcm
from augment.effect import Effect, Params
from augment.errors import SpecError
from augment.packet_loss import Loss
from augment.spec import Choice, Name, Nested, OneOf

PACKETS_MS = OneOf((10, 20, 30, 40))
"""How much speech a packet of voice over IP holds; RFC 3551's default is 20 ms, or a longer frame."""


@dataclass(frozen=True, kw_only=True)
class Codec(Effect):
    """Encodes and decodes; lost frames are concealed by the codec. The codec's delay is taken out.

    ``codec``: a name of ``augment.codecs``. ``loss``: which of its packets get lost (see ``augment.packet_loss``).
    ``packet_ms``: how much speech a packet holds, whose frames are lost together; without it, a packet is one frame.

    A call through several networks (tandem) is one codec effect after another, each with a loss of its own; what
    comes out of one, aligned, goes into the next.

    Raises:
        SpecError: packets that do not hold a whole number of the codec's frames.
    """

    name = "codec"
    examples = (
        {"codec": "g711-a"},
        {"codec": ["g711-mu", "amr-nb-4.75"], "loss": {"rate": [0, 0.1], "mean_burst": 2}},
        {
            "codec": "g711-a",
            "packet_ms": 40,
            "loss": {"kind": "jitter", "buffer_ms": 60, "mean_jitter_ms": [5, 25], "spike_ms": [50, 300]},
        },
        {"codec": "amr-nb-12.2", "loss": {"kind": "bellcore", "rate": [0.01, 0.05]}},
    )
    codec: Annotated[Choice, Name(codecs.get)]
    loss: Annotated[Loss | None, Nested(Loss)] = None
    packet_ms: Annotated[int | None, PACKETS_MS] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.packet_ms is not None:
            for codec in self._names:
                _frames_in(self.packet_ms, codec)

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.codec,) if isinstance(self.codec, str) else self.codec

    def check(self) -> None:
        """Raise CodecUnavailable if one of the codecs cannot run here."""
        for codec in self._names:
            codecs.get(codec).require()

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:
        """The lost frames, as ``[first, number]`` runs."""
        if self.loss is None:
            return {"lost": []}
        codec = codecs.get(fields["codec"])
        n_frames = codec.frames_for(round(n_samples * codec.rate_hz / rate))
        together = 1 if self.packet_ms is None else _frames_in(self.packet_ms, codec.name)
        packets = self.loss.draw_lost(
            generator,
            fields["loss"],
            n_packets=-(-n_frames // together),
            packet_ms=1000.0 * together * codec.frame_samples / codec.rate_hz,
        )
        first, number = packets.T * together
        return {"lost": np.stack([first, np.minimum(number, n_frames - first)], axis=1).tolist()}

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """What the other end hears, aligned with what was said."""
        codec = codecs.get(params["codec"])
        lost = {frame for first, number in params["lost"] for frame in range(first, first + number)}
        heard = from_pcm(codec.transmit(to_pcm(resample(audio, rate, codec.rate_hz)), lost))
        late = round(codec.delay_samples * rate / codec.rate_hz)
        return fit_length(resample(heard, codec.rate_hz, rate)[late:], len(audio))


def _frames_in(packet_ms: int, name: str) -> int:
    """How many frames of a codec a packet holds. Raises SpecError unless they are whole ones."""
    codec = codecs.get(name)
    frames, over = divmod(packet_ms * codec.rate_hz, 1000 * codec.frame_samples)
    if over:
        frame_ms = 1000 * codec.frame_samples / codec.rate_hz
        raise SpecError(
            f"effect 'codec': packets of {packet_ms} ms hold no whole number of {name}'s frames of {frame_ms:g} ms; "
            "choose another packet_ms, or leave it out for one frame a packet"
        )
    return frames
