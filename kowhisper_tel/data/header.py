"""Header: what a recording's file says of itself, which need not be what its metadata say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kowhisper_tel.core.audio import probe_header


@dataclass(frozen=True, slots=True)
class Header:
    """Sample rate in Hz, number of tracks, and format (``WAV/PCM_16``, ``MOV/AAC``) of one file.

    ``repairs``: what of it was made good, as codes of the catalogue.
    """

    rate_hz: int
    tracks: int
    format: str
    repairs: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """All in one line: ``8000 Hz × 2, WAV/ULAW``."""
        return f"{self.rate_hz} Hz × {self.tracks}, {self.format}"


def read_header(path: Path, raw_rate: int | None = None) -> Header:
    """The header of a file that ``read_audio`` reads; nothing is decoded.

    Headerless PCM has the rate that it is given. Raises ``UserError`` as ``read_audio`` does.
    """
    info = probe_header(path, raw_rate)
    return Header(info.rate_hz, info.tracks, info.format, info.repairs)
