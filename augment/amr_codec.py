"""AmrCodec: what AMR-NB and AMR-WB share.

A frame is one of RFC 4867's storage format: a header byte, then the speech bits. A lost frame is handed to the decoder
as NO_DATA, which makes it conceal as it does a bad frame (3GPP TS 26.091, 26.191).
"""

from __future__ import annotations

import ctypes
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from augment import libraries
from augment.codec import Frame
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
    """One mode of an AMR family, without DTX."""

    modes_bps: ClassVar[tuple[int, ...]]
    """The bit rates of the family; a mode's number is its place here."""

    @staticmethod
    @abstractmethod
    def _functions() -> Functions:
        """Those of the family."""

    @abstractmethod
    def _new_encoder(self) -> Any:
        """The state of a fresh encoder."""

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        encode, free = self._functions().encode, self._functions().free_encoder
        state, mode = self._new_encoder(), self.modes_bps.index(self.bitrate_bps)
        try:
            yield lambda samples, buffer: encode(state, mode, samples, buffer, 0)
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
