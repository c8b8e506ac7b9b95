"""Noise from files: a folder of them, or single ones. Only the stretch that is needed is read."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from augment.audio import Audio, fit_length, resample
from augment.errors import SpecError

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")


def listing(source: str) -> tuple[Path, ...]:
    """The files of ``folder:PATH`` (with its subfolders, in order of name) or ``file:PATH``.

    Raises:
        SpecError: there is no such folder or file, or no audio in it.
    """
    kind, _, place = source.partition(":")
    path = Path(place)
    if kind == "file":
        if not path.is_file():
            raise SpecError(f"source {source!r}: there is no such file")
        return (path,)
    if not path.is_dir():
        raise SpecError(f"source {source!r}: there is no such folder")
    found = _in_folder(path, path.stat().st_mtime_ns)
    if not found:
        raise SpecError(f"source {source!r}: no audio in this folder ({', '.join(SUFFIXES)})")
    return found


@functools.lru_cache(maxsize=16)
def _in_folder(folder: Path, _changed_ns: int) -> tuple[Path, ...]:
    return tuple(sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES))


def check(source: str) -> None:
    """Raise SpecError where ``listing`` does, and for a file that cannot be read or is empty."""
    for file in listing(source):
        if duration_s(file) <= 0.0:
            raise SpecError(f"{file} holds no sound; take it out of the folder")


def duration_s(file: Path) -> float:
    """Length of a file. Raises SpecError where it cannot be read."""
    return _duration_s(file, file.stat().st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _duration_s(file: Path, _changed_ns: int) -> float:
    with opened(file) as sound:
        return float(sound.frames / sound.samplerate)


@contextlib.contextmanager
def opened(file: str | Path) -> Iterator[Any]:
    """A file as a ``soundfile.SoundFile``. Raises SpecError where it is no sound that can be read to its end."""
    import soundfile

    try:
        with soundfile.SoundFile(file) as sound:
            yield sound
    except (soundfile.SoundFileError, OSError) as problem:
        raise SpecError(f"{file} cannot be read ({problem}); mend it or take it out of the folder") from None


def finite(tracks: Audio, file: str | Path) -> Audio:
    """What was read. Raises SpecError where a sample is no number."""
    if not np.isfinite(tracks).all():
        raise SpecError(f"{file} holds samples that are no finite numbers; take it out of the folder")
    return tracks


def draw_stretch(source: str, needed_s: float, generator: np.random.Generator) -> tuple[str, float]:
    """A file of the source, and where to start in it, in seconds: where the stretch fits, if it does anywhere."""
    files = listing(source)
    file = files[generator.integers(len(files))]
    length_s = duration_s(file)
    room_s = length_s - needed_s if length_s > needed_s else length_s
    return file.as_posix(), round(float(generator.uniform(0.0, max(room_s, 0.0))), 4)


def read_stretch(file: str, start_s: float, n_samples: int, rate: int) -> Audio:
    """float32 ``[n_samples]`` mono at ``rate`` Hz from ``start_s`` on; a file that is too short goes round.

    Raises SpecError where the file cannot be read, or holds samples that are no finite numbers.
    """
    with opened(file) as sound:
        needed = -(-n_samples * sound.samplerate // rate) + 1
        start = min(int(start_s * sound.samplerate), max(sound.frames - 1, 0))
        sound.seek(start)
        tracks = sound.read(needed, dtype="float32", always_2d=True)
        if len(tracks) < needed and sound.frames:
            sound.seek(0)
            whole = sound.read(dtype="float32", always_2d=True)
            tracks = np.concatenate([tracks, np.resize(whole, (needed - len(tracks), whole.shape[1]))])
        mono = finite(tracks, file).mean(axis=1, dtype=np.float32)
        return fit_length(resample(mono, sound.samplerate, rate), n_samples)
