"""Header: what a recording's file says of itself, which need not be what its metadata say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kowhisper_tel.core.audio import RAW_SUFFIXES, SOUNDFILE_SUFFIXES, SUFFIXES, probe
from kowhisper_tel.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Header:
    """Sample rate in Hz, number of tracks, and format (``WAV/PCM_16``, ``MOV/AAC``) of one file."""

    rate_hz: int
    tracks: int
    format: str

    @property
    def title(self) -> str:
        """All in one line: ``8000 Hz × 2, WAV/ULAW``."""
        return f"{self.rate_hz} Hz × {self.tracks}, {self.format}"


def read_header(path: Path, raw_rate: int | None = None) -> Header:
    """The header of a file that ``read_audio`` reads; nothing is decoded where the format is known.

    Headerless PCM has the rate that it is given. Raises ``UserError`` as ``read_audio`` does.
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES and suffix not in (*SOUNDFILE_SUFFIXES, *RAW_SUFFIXES):
        return _by_av(path)
    info = probe(path, raw_rate)
    return Header(info.rate_hz, info.tracks, info.format)


def _by_av(path: Path) -> Header:
    import av

    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            stream = container.streams.audio[0]
            kind = container.format.name.partition(",")[0]
            return Header(int(stream.rate), int(stream.channels), f"{kind}/{stream.codec_context.name}".upper())
    except (av.FFmpegError, IndexError, ValueError) as problem:
        raise UserError("audio.unreadable", path=path, problem=type(problem).__name__) from None
