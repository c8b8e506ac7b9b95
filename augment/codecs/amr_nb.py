"""AMR-NB: 3GPP TS 26.071 adaptive multi-rate speech, 4.75 to 12.2 kbit/s, by libopencore-amrnb."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from typing import Any

from augment.amr_codec import AmrCodec, Functions, functions

FRAME_SAMPLES = 160
DELAY_SAMPLES = 39.5
"""5 ms look-ahead, less half a sample for the filters; the same in all modes within a quarter (measured on speech)."""
NAMES = (
    *("Encoder_Interface_init", "Encoder_Interface_Encode", "Encoder_Interface_exit"),
    *("Decoder_Interface_init", "Decoder_Interface_Decode", "Decoder_Interface_exit"),
)


def family() -> tuple[AmrNb, ...]:
    """All eight modes."""
    return tuple(AmrNb(f"amr-nb-{bps / 1000:g}", 8000, FRAME_SAMPLES, DELAY_SAMPLES, bps) for bps in AmrNb.modes_bps)


@dataclass(frozen=True)
class AmrNb(AmrCodec):
    """One mode of AMR-NB."""

    libraries = ("opencore-amrnb",)
    modes_bps = (4750, 5150, 5900, 6700, 7400, 7950, 10200, 12200)

    @staticmethod
    @functools.cache
    def _functions() -> Functions:
        return functions("opencore-amrnb", "opencore-amrnb", NAMES, ctypes.c_int)

    def _new_encoder(self) -> tuple[Any, int]:
        return self._functions().new_encoder(int(self.dtx)), 0  # 0: speech is not forced
