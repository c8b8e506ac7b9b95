"""LibraryCodec: what codecs by C libraries share, a call for every frame."""

from __future__ import annotations

import ctypes
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from augment import libraries
from augment.audio import Pcm
from augment.codec import Codec, Frame

MOST_BYTES = 1500
"""No frame of speech is longer."""

EncodeFrame = Callable[[int, Any], int]
"""From the address of a frame's samples into a buffer; gives the number of bytes."""
DecodeFrame = Callable[[Sequence[Frame], int, int], object]
"""The frames, the place of the one that is due, and the address where its samples go."""


@dataclass(frozen=True)
class LibraryCodec(Codec):
    """A codec that one or more C libraries make together."""

    libraries: ClassVar[tuple[str, ...]]

    @property
    def available(self) -> bool:
        """Whether all its libraries are found."""
        return all(libraries.load(name) is not None for name in self.libraries)

    @property
    def how_to_get(self) -> str:
        """Which packages have them."""
        return libraries.how_to_get(*self.libraries)

    @property
    def backend(self) -> str:
        """The libraries' names."""
        return ", ".join(f"lib{name}" for name in self.libraries)

    @abstractmethod
    def _encoder(self) -> AbstractContextManager[EncodeFrame]:
        """A fresh encoder, freed in the end."""

    @abstractmethod
    def _decoder(self) -> AbstractContextManager[DecodeFrame]:
        """A fresh decoder, freed in the end."""

    def _encode(self, pcm: Pcm) -> list[bytes]:
        samples = np.array(pcm, np.int16)  # a copy: some libraries write into their input
        buffer = ctypes.create_string_buffer(MOST_BYTES)
        coded = memoryview(buffer)
        start, step = samples.ctypes.data, 2 * self.frame_samples
        with self._encoder() as encode:
            return [coded[: encode(at, buffer)].tobytes() for at in range(start, start + samples.nbytes, step)]

    def _decode(self, frames: Sequence[Frame]) -> Pcm:
        pcm = np.zeros(len(frames) * self.frame_samples, np.int16)
        start, step = pcm.ctypes.data, 2 * self.frame_samples
        with self._decoder() as decode:
            for number in range(len(frames)):
                decode(frames, number, start + step * number)
        return pcm
