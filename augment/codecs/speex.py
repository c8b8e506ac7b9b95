"""Speex: CELP for voice over IP, narrowband 2.15 to 24.6 and wideband 3.95 to 42.2 kbit/s, by libspeex (xiph.org).

A quality from 0 to 10 chooses the rate; where two share one, the lower is taken. Constant bit rate, complexity 3 (the
library's own 2 saves little).
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from augment import libraries
from augment.codec import Frame
from augment.library_codec import MOST_BYTES, DecodeFrame, EncodeFrame, LibraryCodec

NARROW, WIDE = 0, 1
"""libspeex's numbers of its modes."""
QUALITIES = {
    NARROW: {0: 2150, 1: 3950, 2: 5950, 3: 8000, 5: 11_000, 7: 15_000, 9: 18_200, 10: 24_600},
    WIDE: {0: 3950, 1: 5750, 2: 7750, 3: 9800, 4: 12_800, 5: 16_800, 6: 20_600, 7: 23_800, 8: 27_800, 9: 34_200,
           10: 42_200},
}  # fmt: skip
"""Bit rates in bit/s by quality (the Speex manual, tables 9.2 and 10.1)."""
DELAYS = {NARROW: 79.5, WIDE: 222.5}
"""In samples; measured on speech."""
SET_QUALITY = 4
BITS_SIZE = 128
"""More bytes than a SpeexBits has."""


def family() -> tuple[Speex, ...]:
    """Both bandwidths, each rate once."""
    return tuple(
        Speex(f"speex-{name}-{bps / 1000:g}", rate, rate // 50, DELAYS[mode], bps, mode, quality)
        for name, mode, rate in (("nb", NARROW, 8000), ("wb", WIDE, 16_000))
        for quality, bps in QUALITIES[mode].items()
    )


@functools.cache
def _library() -> Any:
    library, pointer, integer, call = libraries.load("speex"), ctypes.c_void_p, ctypes.c_int, libraries.function
    call(library, "speex_lib_get_mode", pointer, integer)
    for side in ("encoder", "decoder"):
        call(library, f"speex_{side}_init", pointer, pointer)
        call(library, f"speex_{side}_ctl", integer, pointer, integer, pointer)
        call(library, f"speex_{side}_destroy", None, pointer)
    for name in ("init", "reset", "destroy"):
        call(library, f"speex_bits_{name}", None, pointer)
    call(library, "speex_bits_write", integer, pointer, pointer, integer)
    call(library, "speex_bits_read_from", None, pointer, ctypes.c_char_p, integer)
    call(library, "speex_encode_int", integer, pointer, pointer, pointer)
    call(library, "speex_decode_int", integer, pointer, pointer, pointer)
    return library


@dataclass(frozen=True)
class Speex(LibraryCodec):
    """Speex at one bandwidth and quality; the decoder conceals what it is told is lost."""

    mode: int
    quality: int

    libraries = ("speex",)

    @contextmanager
    def _encoder(self) -> Iterator[EncodeFrame]:
        library = _library()
        with self._state("encoder") as (state, bits):
            library.speex_encoder_ctl(state, SET_QUALITY, ctypes.byref(ctypes.c_int(self.quality)))

            def encode_frame(samples: int, buffer: Any) -> int:
                library.speex_bits_reset(bits)
                library.speex_encode_int(state, samples, bits)
                return int(library.speex_bits_write(bits, buffer, MOST_BYTES))

            yield encode_frame

    @contextmanager
    def _decoder(self) -> Iterator[DecodeFrame]:
        library = _library()
        with self._state("decoder") as (state, bits):

            def decode_frame(frames: Sequence[Frame], place: int, samples: int) -> None:
                frame = frames[place]
                if frame is None:
                    library.speex_decode_int(state, None, samples)
                else:
                    library.speex_bits_read_from(bits, frame, len(frame))
                    library.speex_decode_int(state, bits, samples)

            yield decode_frame

    @contextmanager
    def _state(self, side: str) -> Iterator[tuple[Any, Any]]:
        library, bits = _library(), ctypes.create_string_buffer(BITS_SIZE)
        state = getattr(library, f"speex_{side}_init")(library.speex_lib_get_mode(self.mode))
        library.speex_bits_init(bits)
        try:
            yield state, bits
        finally:
            library.speex_bits_destroy(bits)
            getattr(library, f"speex_{side}_destroy")(state)
