"""Sound by libsndfile: WAV of rarer encodings, FLAC, Ogg, MP3, AIFF and the like. Used in a decoder's process only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.frames import ends_within
from kowhisper_tel.core.sound.kinds import SOUNDFILE_FORMATS
from kowhisper_tel.core.sound.limits import MOST_MISSING_S, check_shape
from kowhisper_tel.core.sound.promised import promised
from kowhisper_tel.core.sound.stream import BLOCK_SAMPLES, Samples, Stream

SEEKABLE_FORMATS = ("WAV", "WAVEX", "FLAC", "AIFF")
"""Where a stretch can be read by itself, to the sample."""
SEEKABLE_SUBTYPES = ("PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")
"""Encodings in which a sample says itself what it is."""
ESTIMATED_FORMATS = ("OGG", "MP3", "MPEG")
NO_LENGTH = 2**60
"""libsndfile's length, or more, of a FLAC file that was written into a pipe."""
MOST_OGG_PAGE = 65_307
LAST_PAGE = 4


@contextmanager
def opened(path: Path) -> Iterator[Stream]:
    """A sound as libsndfile reads it. Raises its errors, and ``UserError``.

    ``audio.container``, ``audio.rate``, ``audio.tracks``, ``audio.too_long``, ``audio.no_end``, ``audio.cut``.
    """
    import soundfile

    with path.open("rb") as file:
        is_ogg = file.read(4) == b"OggS"
    if is_ogg:
        _check_end(path)
    with soundfile.SoundFile(str(path)) as sound:
        if sound.format not in SOUNDFILE_FORMATS:
            raise UserError("audio.container", path=path, found=sound.format)
        frames = int(sound.frames) if sound.frames < NO_LENGTH else None
        check_shape(path, sound.samplerate, sound.channels, frames or 0)
        _check_whole(sound, path)
        stream = Stream(
            path,
            int(sound.samplerate),
            int(sound.channels),
            f"{sound.format}/{sound.subtype}",
            frames,
            sound.format in ESTIMATED_FORMATS,
            frames is not None and sound.format in SEEKABLE_FORMATS and sound.subtype in SEEKABLE_SUBTYPES,
            lambda first: _blocks(sound, first),
        )
        try:
            yield stream
        except (soundfile.SoundFileError, RuntimeError):
            if sound.format == "FLAC" and frames and not _has_end(path, frames):
                raise UserError("audio.no_end", path=path) from None
            raise


def _blocks(sound: Any, first: int) -> Iterator[Samples]:
    if first:
        sound.seek(first)
    left = sound.frames - first  # not read to see that nothing comes: each read of FLAC seeks, too
    while left > 0 and len(block := sound.read(BLOCK_SAMPLES // sound.channels, dtype="float32", always_2d=True)):
        yield block
        left -= len(block)


def _has_end(path: Path, frames: int) -> bool:
    import soundfile

    try:
        with soundfile.SoundFile(str(path)) as sound:
            sound.seek(frames - 1)
            return len(sound.read(1)) == 1
    except RuntimeError:
        return False


def _check_end(path: Path) -> None:
    """Refuse an Ogg file whose last page does not say that it is the last (RFC 3533, section 6)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2 * MOST_OGG_PAGE))
        tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 6 or not tail[page + 5] & LAST_PAGE:
        raise UserError("audio.no_end", path=path)


def _check_whole(sound: Any, path: Path) -> None:
    """Refuse a file that ends well before its header says, or within a frame; libsndfile takes what is there."""
    if sound.format in ("MP3", "MPEG") and ends_within(path):
        raise UserError("audio.no_end", path=path)
    if (found := promised(path)) and found.is_cut and found.held:
        missing_s = sound.frames / sound.samplerate * (found.stated / found.held - 1)
        if missing_s > MOST_MISSING_S:
            raise UserError("audio.cut", path=path, missing_s=missing_s)
