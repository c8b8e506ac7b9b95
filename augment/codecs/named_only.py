"""Codecs that Korean calls meet and no free encoder exists for: known by name, and refused with the nearest stand-in.

None is ever swapped in silently: what was measured through AMR-NB says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from augment.audio import Pcm
from augment.codec import Codec, Frame
from augment.errors import CodecUnavailable

NAMES = {
    "evrc": (8000, 8550, "older CDMA mobiles; FFmpeg has a decoder only", "amr-nb-7.95"),
    "qcelp-13": (8000, 13_300, "older CDMA mobiles; FFmpeg has a decoder only", "amr-nb-12.2"),
    "evs-13.2": (16_000, 13_200, "VoLTE since 2015; its licence leaves no free encoder", "amr-wb-12.65"),
    "evs-24.4": (16_000, 24_400, "VoLTE since 2015; its licence leaves no free encoder", "amr-wb-23.85"),
    "ilbc-13.3": (8000, 13_330, "voice over IP before Opus; no library of it is in Debian or in a wheel", "g729a"),
    "ilbc-15.2": (8000, 15_200, "voice over IP before Opus; no library of it is in Debian or in a wheel", "gsm-fr"),
}
"""Sample rate, bit/s, where it is found and why it is not here, and the nearest that is."""


def family() -> tuple[NamedOnly, ...]:
    """All of them."""
    return tuple(
        NamedOnly(name, rate, rate // 50, 0.0, bps, f"{reason}. The nearest here is {nearest!r}")
        for name, (rate, bps, reason, nearest) in NAMES.items()
    )


@dataclass(frozen=True)
class NamedOnly(Codec):
    """A codec that always refuses."""

    reason: str

    def require(self) -> None:
        """Raise CodecUnavailable with the reason."""
        raise CodecUnavailable(f"codec {self.name!r} is known by name only: {self.reason}")

    @property
    def available(self) -> bool:
        """Never."""
        return False

    @property
    def how_to_get(self) -> str:
        """Why not, and what to take."""
        return self.reason

    @property
    def backend(self) -> str:
        """Nothing."""
        return "none"

    def _encode(self, pcm: Pcm) -> list[bytes]:  # noqa: ARG002
        raise CodecUnavailable(self.reason)

    def _decode(self, frames: Sequence[Frame]) -> Pcm:  # noqa: ARG002
        raise CodecUnavailable(self.reason)
