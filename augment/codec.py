"""Codec: 16-bit speech to frames and back, where a frame may be lost.

A frame is bytes of one packet's payload; ``None`` is a lost one, which the codec conceals its own way.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from augment.audio import Pcm
from augment.errors import CodecUnavailable, SpecError

Frame = bytes | None
"""The payload of one frame, or None if it was lost."""


@dataclass(frozen=True)
class Codec(ABC):
    """One codec at one bit rate. Every call starts from a fresh state.

    Attributes:
        name: family and kbit/s, such as ``"amr-nb-4.75"``.
        rate_hz: sample rate of the PCM.
        frame_samples: samples in a frame.
        delay_samples: how far ``decode(encode(pcm))`` lies behind ``pcm``; measured, may fall between samples.
        bitrate_bps: bits of speech payload in a second; what the encoder is asked for, where the rate is variable.
    """

    name: str
    rate_hz: int
    frame_samples: int
    delay_samples: float
    bitrate_bps: int

    @property
    @abstractmethod
    def available(self) -> bool:
        """Whether it runs on this machine."""

    @property
    @abstractmethod
    def how_to_get(self) -> str:
        """What to do where it does not."""

    @property
    @abstractmethod
    def backend(self) -> str:
        """What serves it, in a few words."""

    def require(self) -> None:
        """Raise CodecUnavailable, with the way to get it, unless the codec is available."""
        if not self.available:
            raise CodecUnavailable(f"codec {self.name!r} is not available here; to get it: {self.how_to_get}")

    def check_pcm(self, pcm: Pcm) -> None:
        """Raise ValueError unless it is int16 ``[n]``."""
        if pcm.dtype != np.int16 or pcm.ndim != 1:
            raise ValueError(f"{self.name} encodes int16 [n], not {pcm.dtype} {list(pcm.shape)}")

    def with_dtx(self) -> Self:
        """The codec with discontinuous transmission: in pauses it sends little or nothing, and the decoder makes
        comfort noise. Raises SpecError unless it has that.
        """
        raise SpecError(f"codec {self.name!r} has no DTX here; leave dtx out, or choose AMR-NB or AMR-WB")

    def with_modes(self, modes: Sequence[tuple[int, Codec]]) -> Self:
        """The codec as one that becomes another at a frame, and so on: ``modes`` are (first frame, codec), ascending.
        Encoder and decoder go on with their states. Raises SpecError for one that it cannot become.
        """
        other = modes[0][1].name
        raise SpecError(f"codec {self.name!r} cannot switch to {other!r} in a call: name modes of one AMR family only")

    def encode(self, pcm: Pcm) -> list[bytes]:
        """Frames of int16 ``[n]``; the last is filled up with zeros. Raises CodecUnavailable."""
        self.require()
        self.check_pcm(pcm)
        missing = -len(pcm) % self.frame_samples
        return self._encode(np.pad(pcm, (0, missing))) if len(pcm) else []

    def decode(self, frames: Sequence[Frame]) -> Pcm:
        """int16 ``[len(frames) * frame_samples]``. Raises CodecUnavailable."""
        self.require()
        pcm = self._decode(frames) if len(frames) else np.zeros(0, np.int16)
        if len(pcm) != len(frames) * self.frame_samples:
            raise RuntimeError(f"{self.name} decoded {len(pcm)} samples from {len(frames)} frames")
        return pcm

    def frames_for(self, n_samples: int) -> int:
        """How many frames ``transmit`` sends for ``n_samples``."""
        return math.ceil((n_samples + math.ceil(self.delay_samples)) / self.frame_samples)

    def transmit(self, pcm: Pcm, lost: Collection[int] = ()) -> Pcm:
        """``decode(encode(pcm))`` without the frames in ``lost``: late by ``delay_samples``, and long enough that
        all of the input has come out.
        """
        flushed = np.pad(pcm, (0, self.frames_for(len(pcm)) * self.frame_samples - len(pcm)))
        frames = self.encode(flushed)
        return self.decode([None if index in lost else frame for index, frame in enumerate(frames)])

    @abstractmethod
    def _encode(self, pcm: Pcm) -> list[bytes]:
        """``encode`` for one whole frame or more."""

    @abstractmethod
    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        """``decode`` for one frame or more."""
