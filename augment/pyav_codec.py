"""PyAvCodec: what codecs by FFmpeg, in PyAV's wheels, share."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from augment.audio import Pcm
from augment.codec import Codec, Frame
from augment.concealment import conceal


@functools.cache
def has(name: str) -> bool:
    """Whether PyAV is there and has an encoder or decoder of this name."""
    try:
        import av
    except ImportError:
        return False
    return name in av.codecs_available


@dataclass(frozen=True)
class PyAvCodec(Codec):
    """A codec whose frames are FFmpeg's packets.

    ``encoder`` and ``decoder`` are FFmpeg's names, with the sample format that each takes or gives. A lost
    frame is concealed by pitch repetition.
    """

    encoder: ClassVar[tuple[str, str]]
    decoder: ClassVar[tuple[str, str]]

    @property
    def available(self) -> bool:
        """Whether PyAV is there and was built with both."""
        return has(self.encoder[0]) and has(self.decoder[0])

    @property
    def how_to_get(self) -> str:
        """PyAV's wheels carry them."""
        return "pip install av"

    @property
    def backend(self) -> str:
        """FFmpeg."""
        return "FFmpeg in PyAV"

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        first = next((frame for frame in frames if frame is not None), None)
        if first is None:
            return np.zeros(len(frames) * self.frame_samples, np.int16)
        pcm = self._sounds(repeated(frames, first))
        lost = [index for index, frame in enumerate(frames) if frame is None]
        return conceal(pcm, lost, self.frame_samples, self.rate_hz) if lost else pcm

    def _context(self, side: tuple[str, str], mode: str, options: Mapping[str, str]) -> Any:
        import av

        context = av.AudioCodecContext.create(side[0], mode)
        context.options = dict(options)
        context.sample_rate = self.rate_hz
        context.layout = "mono"
        context.format = side[1]
        return context

    def _packets(self, pcm: Pcm, options: Mapping[str, str] | None = None) -> list[bytes]:
        """All packets that the encoder makes of int16 ``[n]``, what it held back included."""
        import av

        context = self._context(self.encoder, "w", options or {})
        context.bit_rate = self.bitrate_bps
        given = pcm if self.encoder[1].startswith("s16") else (pcm / np.float32(32768.0)).astype(np.float32)
        sound = av.AudioFrame.from_ndarray(given[np.newaxis], format=self.encoder[1], layout="mono")
        sound.sample_rate = self.rate_hz
        return [bytes(packet) for packet in (*context.encode(sound), *context.encode(None))]

    def _sounds(self, packets: Sequence[bytes], options: Mapping[str, str] | None = None) -> Pcm:
        """What the decoder makes of packets, int16."""
        import av

        context = self._context(self.decoder, "r", options or {})
        heard = [sound.to_ndarray().ravel() for packet in packets for sound in context.decode(av.Packet(packet))]
        pcm = np.concatenate(heard)
        if pcm.dtype != np.int16:
            pcm = np.clip(np.rint(pcm.astype(np.float64) * 32768.0), -32768, 32767).astype(np.int16)
        return pcm


def repeated(frames: Sequence[Frame], first: bytes) -> list[bytes]:
    """The frames with each lost one replaced by the last that came (``first`` before any did).

    So the adaptation of an ADPCM decoder stays near where it was; what is heard is concealed afterwards.
    """
    good, heard = first, list[bytes]()
    for frame in frames:
        good = good if frame is None else frame
        heard.append(good)
    return heard
