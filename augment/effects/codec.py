"""A speech codec, with packet loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from augment import codecs
from augment.audio import Audio, fit_length, from_pcm, resample, to_pcm
from augment.codec import Codec as AnyCodec
from augment.effect import Effect, Params
from augment.errors import SpecError
from augment.packet_loss import Loss, Packets, lost_by_any
from augment.spec import Choice, Flag, Name, Nested, Number, OneOf, Several, Span

PACKETS_MS = OneOf((10, 20, 30, 40))
"""How much speech a packet of voice over IP holds; RFC 3551's default is 20 ms, or a longer frame."""

PERIOD_FRAMES = 2
"""GSM's modes change at every second frame at most."""


@dataclass(frozen=True, kw_only=True)
class Codec(Effect):
    """Encodes and decodes; lost frames are concealed by the codec. The codec's delay is taken out.

    ``codec``: a name of ``augment.codecs``. ``loss``: which of its packets get lost (see ``augment.packet_loss``);
    of a list of losses each is drawn by itself, and a packet is lost if any says so: in the network, or late as well.
    ``packet_ms``: how much speech a packet holds, whose frames are lost together; without it, a packet is one frame.

    ``switch_s``: the mean time between changes of mode, in seconds, as a cellular link adapts to its radio (3GPP TS
    45.009). ``codec`` then names modes of one AMR family, as the network's active codec set does; the call begins in
    any of them and goes, at moments without memory, to the next higher or lower in bit rate, up or down with equal
    chances where there are both. Changes are a whole number of two frames apart and to a neighbour only, since GSM
    allows no others (RFC 4867, ``mode-change-period`` and ``mode-change-neighbor``). One encoder and one decoder go on
    through all of it.

    ``dtx``: send nothing but a little noise description in pauses (AMR only); the decoder makes comfort noise.

    A call through several networks (tandem) is one codec effect after another, each with a loss of its own; what
    comes out of one, aligned, goes into the next.

    Raises:
        SpecError: packets that do not hold a whole number of the codec's frames; ``dtx`` for a codec that has none;
            ``switch_s`` without two modes or more of one family.
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
        {
            "codec": "g711-mu",
            "loss": [{"rate": [0, 0.03], "mean_burst": 2}, {"kind": "jitter", "buffer_ms": 60, "mean_jitter_ms": 15}],
        },
        {"codec": ["amr-nb-4.75", "amr-nb-7.4", "amr-nb-12.2"], "switch_s": [0.2, 3], "loss": {"rate": 0.02}},
        {"codec": ["amr-wb-6.6", "amr-wb-12.65"], "switch_s": 0.5, "dtx": True},
    )
    codec: Annotated[Choice, Name(codecs.get)]
    loss: Annotated[Loss | tuple[Loss, ...] | None, Several(Nested(Loss))] = None
    packet_ms: Annotated[int | None, PACKETS_MS] = None
    switch_s: Annotated[Span | None, Number(0.04, 600.0)] = None
    dtx: Annotated[bool | None, Flag()] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.packet_ms is not None:
            for codec in self._names:
                _frames_in(self.packet_ms, codec)
        if self.dtx:
            for codec in self._names:
                codecs.get(codec).with_dtx()
        if self.switch_s is not None:
            first, *others = self._active_set
            if not others:
                raise SpecError(f"effect 'codec': switch_s needs two modes or more to go between, not only {first!r}")
            codecs.get(first).with_modes([(0, codecs.get(other)) for other in others])

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.codec,) if isinstance(self.codec, str) else self.codec

    @property
    def _active_set(self) -> list[str]:
        """The names, each once, in the order of their bit rates."""
        return sorted(dict.fromkeys(self._names), key=lambda name: codecs.get(name).bitrate_bps)

    def check(self) -> None:
        """Raise CodecUnavailable if one of the codecs cannot run here."""
        for codec in self._names:
            codecs.get(codec).require()

    def draw_more(self, generator: np.random.Generator, fields: Params, *, n_samples: int, rate: int) -> Params:
        """The lost frames, as ``[first, number]`` runs; with ``switch_s`` the modes, as ``[first frame, name]``."""
        codec = codecs.get(fields["codec"])
        n_frames = codec.frames_for(round(n_samples * codec.rate_hz / rate))
        more: Params = {"lost": self._draw_lost(generator, fields, codec, n_frames)}
        if self.switch_s is not None:
            mean_frames = fields["switch_s"] * codec.rate_hz / codec.frame_samples
            more["modes"] = _walk(generator, self._active_set, codec.name, n_frames, mean_frames)
        return more

    def _draw_lost(
        self, generator: np.random.Generator, fields: Params, codec: AnyCodec, n_frames: int
    ) -> list[list[int]]:
        if self.loss is None:
            return []
        together = 1 if self.packet_ms is None else _frames_in(self.packet_ms, codec.name)
        packets = Packets(-(-n_frames // together), 1000.0 * together * codec.frame_samples / codec.rate_hz)
        losses = zip(_listed(self.loss), _listed(fields["loss"]), strict=True)
        each = (loss.draw_lost(generator, drawn, packets) for loss, drawn in losses)
        first, number = lost_by_any(each, packets.number).T * together
        runs: list[list[int]] = np.stack([first, np.minimum(number, n_frames - first)], axis=1).tolist()
        return runs

    @classmethod
    def change(cls, audio: Audio, rate: int, params: Mapping[str, Any]) -> Audio:
        """What the other end hears, aligned with what was said."""
        codec = codecs.get(params["codec"])
        if params.get("dtx"):
            codec = codec.with_dtx()
        if "modes" in params:
            codec = codec.with_modes([(first, codecs.get(name)) for first, name in params["modes"]])
        lost = {frame for first, number in params["lost"] for frame in range(first, first + number)}
        heard = from_pcm(codec.transmit(to_pcm(resample(audio, rate, codec.rate_hz)), lost))
        late = round(codec.delay_samples * rate / codec.rate_hz)
        return fit_length(resample(heard, codec.rate_hz, rate)[late:], len(audio))


def _walk(
    generator: np.random.Generator, names: list[str], name: str, n_frames: int, mean_frames: float
) -> list[list[Any]]:
    """The modes of a call that begins in ``name`` and goes up and down in ``names``, as ``[first frame, name]``."""
    place, first = names.index(name), 0
    modes: list[list[Any]] = []
    while first < n_frames:
        modes.append([first, names[place]])
        first += PERIOD_FRAMES * int(generator.geometric(min(1.0, PERIOD_FRAMES / mean_frames)))
        up = place == 0 or (place < len(names) - 1 and generator.random() < 0.5)
        place += 1 if up else -1
    return modes


def _listed(value: Any) -> Sequence[Any]:
    """The values of a list, or the one there is."""
    return value if isinstance(value, (list, tuple)) else (value,)


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
