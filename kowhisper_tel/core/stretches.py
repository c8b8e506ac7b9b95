"""Stretches of a long recording, read one after the other, so that a call of hours needs no more memory than one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from kowhisper_tel.core.audio import Samples, open_sound
from kowhisper_tel.core.sound import client, wav
from kowhisper_tel.core.sound.doubts import check_encoding
from kowhisper_tel.core.sound.mono import Mono
from kowhisper_tel.core.sound.stream import Span, spans

__all__ = ["Span", "read_stretches", "spans"]


def read_stretches(path: Path, length_s: float, most: int) -> Iterator[tuple[Samples, int]]:
    """The spans of a file as float32[n, tracks] at the file's own rate, with that rate in Hz.

    Raises ``UserError`` as ``read_audio`` does, at the first step or at a damaged place.
    """
    sound = open_sound(path)
    if isinstance(sound, wav.Wav):
        for start_s, end_s in spans(sound.frames / sound.rate_hz, length_s, most):
            stored = sound.stored(round(start_s * sound.rate_hz), round(end_s * sound.rate_hz))
            check_encoding(sound, stored)
            apart = Mono(path, "all", sound.tracks)
            samples = apart.of(sound.decoded(stored))
            apart.check()
            yield samples, sound.rate_hz
        return
    shape, _ = client.ask("header", path, library=sound)
    blocks: Generator[Samples, None, object] = client.stream("spans", path, library=sound, length_s=length_s, most=most)
    for block in blocks:
        yield block.reshape(-1, int(shape["tracks"])), int(shape["rate_hz"])
