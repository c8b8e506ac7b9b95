"""AMR-WB: 3GPP TS 26.171 adaptive multi-rate wideband speech, 6.6 to 23.85 kbit/s.

Encoded by libvo-amrwbenc, decoded by libopencore-amrwb.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from augment.amr_codec import AmrCodec, Functions, functions

FRAME_SAMPLES = 320
DELAY_SAMPLES = 94.6
"""Measured on speech; the same in all modes."""
NAMES = ("E_IF_init", "E_IF_encode", "E_IF_exit", "D_IF_init", "D_IF_decode", "D_IF_exit")


def family() -> tuple[AmrWb, ...]:
    """All nine modes."""
    return tuple(AmrWb(f"amr-wb-{bps / 1000:g}", 16000, FRAME_SAMPLES, DELAY_SAMPLES, bps) for bps in AmrWb.modes_bps)


@dataclass(frozen=True)
class AmrWb(AmrCodec):
    """One mode of AMR-WB."""

    libraries = ("vo-amrwbenc", "opencore-amrwb")
    modes_bps = (6600, 8850, 12650, 14250, 15850, 18250, 19850, 23050, 23850)

    @staticmethod
    @functools.cache
    def _functions() -> Functions:
        return functions("vo-amrwbenc", "opencore-amrwb", NAMES)

    def _new_encoder(self) -> tuple[Any, int]:
        return self._functions().new_encoder(), int(self.dtx)
