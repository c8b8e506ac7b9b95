"""Tasks: what a decoder's process is asked to do with one file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound import by_ffmpeg, by_soundfile
from kowhisper_tel.core.sound.limits import check_shape
from kowhisper_tel.core.sound.mono import Mono
from kowhisper_tel.core.sound.stream import Samples, Stream, bounds
from kowhisper_tel.core.sound.stream import spans as division

Emit = Callable[[Samples], None]


def _opened(path: Path, request: Mapping[str, Any]) -> AbstractContextManager[Stream]:
    return by_soundfile.opened(path) if request["library"] == "soundfile" else by_ffmpeg.opened(path)


def header(path: Path, request: Mapping[str, Any], _emit: Emit) -> dict[str, Any]:
    """What the header says; ``frames`` is ``None`` where it does not say how many there are."""
    with _opened(path, request) as stream:
        frames = None if request["library"] == "ffmpeg" else stream.stated_frames
        if frames and stream.format.startswith("FLAC"):
            next(stream.blocks(frames - 1), None)  # raises where the end is not there
        if frames == 0:
            raise UserError("audio.empty", path=path)
        return _shape(stream, frames)


def count(path: Path, request: Mapping[str, Any], _emit: Emit) -> dict[str, Any]:
    """The same with the frames counted, by decoding them all."""
    with _opened(path, request) as stream:
        frames = sum(len(block) for _, block in _checked(stream, 0))
        stream.check_length(frames)
        return _shape(stream, frames)


def stated(path: Path, request: Mapping[str, Any], _emit: Emit) -> dict[str, Any]:
    """The same with the frames that the header states, where it does."""
    with _opened(path, request) as stream:
        return _shape(stream, stream.stated_frames)


def read(path: Path, request: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """The samples of a stretch, as ``Mono`` takes them from the tracks."""
    start_s, end_s = request["start_s"], request["end_s"]
    with _opened(path, request) as stream:
        mono = Mono(path, request["track"], stream.tracks)
        first, last = round((start_s or 0.0) * stream.rate_hz), math.inf
        if end_s is not None:
            last = round(end_s * stream.rate_hz)
        sought = stream.seekable and not (start_s is None and end_s is None)
        if sought:
            first, last = bounds(path, stream.stated_frames or 0, stream.rate_hz, start_s, end_s)
        position = 0
        for position, block in _checked(stream, first if sought else 0):
            begin = position - len(block)
            if begin < last and position > first:
                emit(np.ascontiguousarray(mono.of(block[max(0, first - begin) : int(min(last - begin, len(block)))])))
            if sought and position >= last:
                break
        _check_read(stream, position, int(last) if sought else None, start_s, end_s)
        mono.check()
        return _shape(stream, position)


def spans(path: Path, request: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Spans of about ``length_s`` seconds, ``most`` of them, each as one block of all tracks."""
    with _opened(path, request) as stream:
        frames = stream.stated_frames
        if request["library"] == "ffmpeg":
            frames = round(by_ffmpeg.packets_s(path) * stream.rate_hz)
        if not frames:
            raise UserError("audio.empty", path=path)
        wanted = [
            (round(start_s * stream.rate_hz), round(end_s * stream.rate_hz))
            for start_s, end_s in division(frames / stream.rate_hz, request["length_s"], request["most"])
        ]
        for block in _gathered(stream, wanted, seeks=request["library"] == "soundfile"):
            mono = Mono(path, "all", stream.tracks)
            samples = mono.of(block)
            mono.check()
            emit(np.ascontiguousarray(samples))
        return _shape(stream, frames)


def _gathered(stream: Stream, wanted: list[tuple[int, int]], *, seeks: bool) -> Iterator[Samples]:
    """What lies between each pair of frames; in one pass, unless the sound is one that ``seeks``."""
    if seeks:
        for first, last in wanted:
            held = list[Samples]()
            for position, block in _checked(stream, first):
                held.append(block[: len(block) - max(0, position - last)])
                if position >= last:
                    break
            if held:
                yield np.concatenate(held)
        return
    held, remaining = list[Samples](), list(wanted)
    for position, block in _checked(stream, 0):
        while remaining and position > remaining[0][0]:
            first, last = remaining[0]
            begin = position - len(block)
            held.append(block[max(0, first - begin) : max(0, last - begin)])
            if position < last:
                break
            yield np.concatenate(held)
            remaining, held = remaining[1:], []
    if held:
        yield np.concatenate(held)


def _check_read(stream: Stream, frames: int, sought: int | None, start_s: float | None, end_s: float | None) -> None:
    if sought is not None:
        if frames < sought:
            raise UserError("audio.cut", path=stream.path, missing_s=(sought - frames) / stream.rate_hz)
        return
    stream.check_length(frames)
    if not frames:
        raise UserError("audio.empty", path=stream.path)
    bounds(stream.path, frames, stream.rate_hz, start_s, end_s)


def _checked(stream: Stream, first: int) -> Iterator[tuple[int, Samples]]:
    """Blocks with the frame behind each, within the limits."""
    position = first
    for block in stream.blocks(first):
        position += len(block)
        check_shape(stream.path, stream.rate_hz, stream.tracks, position)
        yield position, block


def _shape(stream: Stream, frames: int | None) -> dict[str, Any]:
    return {"rate_hz": stream.rate_hz, "tracks": stream.tracks, "format": stream.format, "frames": frames}


TASKS: dict[str, Callable[[Path, Mapping[str, Any], Emit], dict[str, Any]]] = {
    "header": header,
    "count": count,
    "stated": stated,
    "read": read,
    "spans": spans,
}


def refusal(problem: Exception, path: Path) -> tuple[str, dict[str, Any]]:
    """The code and the facts of what a library, or this program, raised."""
    if isinstance(problem, MemoryError) or "malloc" in str(problem):
        return "audio.memory", {}
    if _is_of_a_library(problem):
        return "audio.unreadable", {"problem": _brief(problem, path)}
    return "audio.crashed", {"problem": type(problem).__name__}


def _is_of_a_library(problem: Exception) -> bool:
    """Whether it is about the file, and no mistake of this program."""
    if isinstance(problem, RuntimeError | ValueError | OSError | ArithmeticError | EOFError):
        return True
    import av

    return isinstance(problem, av.FFmpegError)


def _brief(problem: Exception, path: Path) -> str:
    """A library's message without the path it repeats."""
    said = str(problem)
    for name in (f"'file:{path}'", f"{str(path)!r}", str(path)):
        said = said.replace(name, "")
    return said.strip(" :.") or type(problem).__name__
