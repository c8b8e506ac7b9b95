"""AmrCodec: what AMR-NB and AMR-WB share.

A frame is one of RFC 4867's storage format: a header byte, then the speech bits. A lost frame is handed to the decoder
as NO_DATA, which makes it conceal as it does a bad frame (3GPP TS 26.091, 26.191).
"""

from __future__ import annotations

import ctypes
import itertools
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self

from augment import libraries
from augment.codec import Codec, Frame
from augment.library_codec import DecodeFrame, EncodeFrame, LibraryCodec

NO_DATA = bytes([15 << 3 | 4])
"""A header that says frame type 15, nothing damaged, nothing there."""


class Functions(NamedTuple):
    """What an encoder's and a decoder's library are called by."""

    new_encoder: Any
    encode: Any
    free_encoder: Any
    new_decoder: Any
    decode: Any
    free_decoder: Any


def functions(encoder: str, decoder: str, names: Sequence[str], *to_new_encoder: Any) -> Functions:
    """The functions by their names, in order, from the libraries of these names.

    ``to_new_encoder``: the types of what the first of them takes; the others are alike in both families.
    """
    encoding, decoding, call = libraries.load(encoder), libraries.load(decoder), libraries.function
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    return Functions(
        call(encoding, names[0], pointer, *to_new_encoder),
        call(encoding, names[1], integer, pointer, integer, pointer, pointer, integer),
        call(encoding, names[2], None, pointer),
        call(decoding, names[3], pointer),
        call(decoding, names[4], None, pointer, ctypes.c_char_p, pointer, integer),
        call(decoding, names[5], None, pointer),
    )


@dataclass(frozen=True)
class AmrCodec(LibraryCodec):
    """One mode of an AMR family, or several in turn.

    Attributes:
        dtx: whether pauses are sent as SID frames and NO_DATA, from which the decoder makes comfort noise (3GPP TS
            26.092, 26.192). A lost SID leaves the noise as it was; the first of a pause, the last speech, fading.
        later_bps: the modes that come after the first, as (first frame, bit rate), ascending. A frame's header tells
            the decoder its mode.
    """

    dtx: bool = False
    later_bps: tuple[tuple[int, int], ...] = ()

    modes_bps: ClassVar[tuple[int, ...]]
    """The bit rates of the family; a mode's number is its place here."""

    def with_dtx(self) -> Self:
        """The codec with DTX."""
        return replace(self, dtx=True)

    def with_modes(self, modes: Sequence[tuple[int, Codec]]) -> Self:
        """The codec with other modes of its family to come. Raises SpecError for a codec of another."""
        foreign = [(first, other) for first, other in modes if type(other) is not type(self)]
        if foreign:
            return super().with_modes(foreign)
        return replace(self, later_bps=tuple((first, other.bitrate_bps) for first, other in modes))

    def _modes(self) -> Iterator[int]:
        """The number of each frame's mode, without end."""
        mode, here = self.modes_bps.index(self.bitrate_bps), 0
        for first, bps in self.later_bps:
            yield from itertools.repeat(mode, first - here)
            mode, here = self.modes_bps.index(bps), first
        yield from itertools.repeat(mode)

    @staticmethod
    @abstractmethod
    def _functions() -> Functions:
        """Those of the family."""

    @abstractmethod
    def _new_encoder(self) -> tuple[Any, int]:
        """The state of a fresh encoder, and what goes last into its calls: each library hears of DTX its own way."""

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        encode, free = self._functions().encode, self._functions().free_encoder
        (state, last), modes = self._new_encoder(), self._modes()
        try:
            yield lambda samples, buffer: encode(state, next(modes), samples, buffer, last)
        finally:
            free(state)

    @contextmanager
    def _decoder(self) -> Iterator[DecodeFrame]:
        *_, create, decode, free = self._functions()
        state = create()

        def decode_frame(frames: Sequence[Frame], place: int, samples: int) -> None:
            decode(state, frames[place] or NO_DATA, samples, 0)

        try:
            yield decode_frame
        finally:
            free(state)
