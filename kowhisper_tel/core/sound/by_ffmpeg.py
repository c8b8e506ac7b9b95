"""Sound by FFmpeg (PyAV): MP4, AAC, AMR, WebM and the like. Used in a decoder's process only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.frames import ends_within
from kowhisper_tel.core.sound.kinds import DEMUXERS
from kowhisper_tel.core.sound.limits import check_shape
from kowhisper_tel.core.sound.stream import Samples, Stream

TIMED = ("mov", "matroska")
"""Containers whose header says how long the sound is."""


@contextmanager
def opened(path: Path) -> Iterator[Stream]:
    """A sound as FFmpeg reads it, by the demuxers of ``DEMUXERS`` and from local files alone.

    Raises FFmpeg's errors, and ``UserError``: ``audio.container``, ``audio.no_stream``, ``audio.rate``,
    ``audio.tracks``, ``audio.no_end``.
    """
    import av

    with _container(path) as container:
        if not container.streams.audio:
            raise UserError("audio.no_stream", path=path)
        stream = container.streams.audio[0]
        rate, tracks = int(stream.rate or 0), int(stream.channels or 0)
        check_shape(path, rate, tracks)
        if container.format.name in ("amr", "aac") and ends_within(path):
            raise UserError("audio.no_end", path=path)
        kind = container.format.name.partition(",")[0]
        stated = container.duration / av.time_base * rate if container.duration and kind in TIMED else None
        yield Stream(
            path,
            rate,
            tracks,
            f"{kind}/{stream.codec_context.name}".upper(),
            None if stated is None else round(stated),
            estimated=True,
            seekable=False,
            blocks=lambda _first: _blocks(path, container, stream, rate, tracks),
        )


def packets_s(path: Path) -> float:
    """How long the first sound is, by its packets: no header of AMR says it."""
    with _container(path) as container:
        stream = container.streams.audio[0]
        ticks = sum(packet.duration or 0 for packet in container.demux(stream))
        return float(ticks * stream.time_base)


def _container(path: Path) -> Any:
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(DEMUXERS)}
    try:
        return av.open(f"file:{path}", options=options, metadata_errors="replace")
    except av.ArgumentError:
        raise UserError("audio.container", path=path, found="not of the list") from None


def _blocks(path: Path, container: Any, stream: Any, rate: int, tracks: int) -> Iterator[Samples]:
    import av

    resampler = av.AudioResampler(format="fltp")
    for frame in _frames(container, stream):
        for out in resampler.resample(frame):
            if out.sample_rate != rate:
                said = f"{rate} Hz, but what is in it is of {out.sample_rate} Hz"
                raise UserError("audio.header", path=path, problem=said)
            block = out.to_ndarray().T
            if block.shape[1] != tracks:
                said = f"{tracks} tracks, but what is in it has {block.shape[1]}"
                raise UserError("audio.header", path=path, problem=said)
            yield block


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    yield from container.decode(stream)
    yield None  # what the resampler still holds
