"""Stretches of a long recording, read one after the other, so that a call of hours needs no more memory than one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kowhisper_tel.core.audio import SOUNDFILE_SUFFIXES, Samples, probe, read_audio
from kowhisper_tel.core.errors import UserError

Span = tuple[float, float]
"""From and to, in seconds."""


def spans(duration_s: float, length_s: float, most: int) -> list[Span]:
    """Up to ``most`` spans of up to ``length_s``: side by side over the whole if so many do, else evenly spread."""
    count = math.ceil(duration_s / length_s)
    if count <= most:
        return [(index * duration_s / count, (index + 1) * duration_s / count) for index in range(count)]
    starts = np.linspace(0.0, duration_s - length_s, most)
    return [(float(start), float(start) + length_s) for start in starts]


def read_stretches(path: Path, length_s: float, most: int) -> Iterator[tuple[Samples, int]]:
    """The spans of a file as float32[n, tracks] at the file's own rate, with that rate in Hz.

    Raises ``UserError`` as ``read_audio`` does, at the first step or at a damaged place.
    """
    read = _by_soundfile if path.suffix.lower() in SOUNDFILE_SUFFIXES else _by_av
    for samples, rate in read(path, length_s, most):
        bad = int(np.count_nonzero(~np.isfinite(samples)))
        if bad:
            raise UserError("audio.not_finite", path=path, count=bad)
        yield samples, rate


def _by_soundfile(path: Path, length_s: float, most: int) -> Iterator[tuple[Samples, int]]:
    import soundfile

    info = probe(path)
    if not info.duration_s:
        raise UserError("audio.empty", path=path)
    try:
        with soundfile.SoundFile(path) as sound:
            for start_s, end_s in spans(info.duration_s, length_s, most):
                first, last = round(start_s * info.rate_hz), round(end_s * info.rate_hz)
                sound.seek(first)
                yield sound.read(last - first, dtype="float32", always_2d=True), info.rate_hz
    except (soundfile.SoundFileError, RuntimeError) as problem:
        raise UserError("audio.unreadable", path=path, problem=type(problem).__name__) from None


def _by_av(path: Path, length_s: float, most: int) -> Iterator[tuple[Samples, int]]:
    import av

    try:
        duration_s = _packets_s(path)
    except (av.FFmpegError, ValueError):
        duration_s = 0.0
    if not duration_s:
        read_audio(path)  # says what is wrong with it
        raise UserError("audio.empty", path=path)
    try:
        yield from _decoded(path, spans(duration_s, length_s, most))
    except (av.FFmpegError, ValueError) as problem:
        raise UserError("audio.unreadable", path=path, problem=type(problem).__name__) from None


def _packets_s(path: Path) -> float:
    """How long the first audio stream is, by its packets: no header of AMR says it."""
    import av

    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        if not container.streams.audio:
            return 0.0
        stream = container.streams.audio[0]
        ticks = sum(packet.duration or 0 for packet in container.demux(stream))
        return float(ticks * stream.time_base)


def _decoded(path: Path, wanted: list[Span]) -> Iterator[tuple[Samples, int]]:
    import av

    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.audio[0]
        rate, resampler = int(stream.rate), av.AudioResampler(format="fltp")
        position, held, remaining = 0, list[Samples](), [tuple(round(end * rate) for end in span) for span in wanted]
        for block in _blocks(container, stream, resampler):
            while remaining and position + len(block) > remaining[0][0]:
                first, last = remaining[0]
                held.append(block[max(0, first - position) : last - position])
                if position + len(block) < last:
                    break
                yield np.concatenate(held), rate
                remaining, held = remaining[1:], []
            position += len(block)
        if held:
            yield np.concatenate(held), rate


def _blocks(container: Any, stream: Any, resampler: Any) -> Iterator[Samples]:
    for frame in container.decode(stream):
        for out in resampler.resample(frame):
            yield out.to_ndarray().T
    for out in resampler.resample(None):
        yield out.to_ndarray().T
