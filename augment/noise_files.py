"""Noise from files: a folder of them, or single ones. Only the stretch that is needed is read."""

from __future__ import annotations

import functools
from pathlib import Path

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


def duration_s(file: Path) -> float:
    """Length of a file."""
    return _duration_s(file, file.stat().st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _duration_s(file: Path, _changed_ns: int) -> float:
    import soundfile

    return float(soundfile.info(file).duration)


def draw_stretch(source: str, needed_s: float, generator: np.random.Generator) -> tuple[str, float]:
    """A file of the source, and where to start in it, in seconds: where the stretch fits, if it does anywhere."""
    files = listing(source)
    file = files[generator.integers(len(files))]
    length_s = duration_s(file)
    room_s = length_s - needed_s if length_s > needed_s else length_s
    return file.as_posix(), round(float(generator.uniform(0.0, max(room_s, 0.0))), 4)


def read_stretch(file: str, start_s: float, n_samples: int, rate: int) -> Audio:
    """float32 ``[n_samples]`` mono at ``rate`` Hz from ``start_s`` on; a file that is too short goes round."""
    import soundfile

    with soundfile.SoundFile(file) as sound:
        needed = -(-n_samples * sound.samplerate // rate) + 1
        start = min(int(start_s * sound.samplerate), max(sound.frames - 1, 0))
        sound.seek(start)
        tracks = sound.read(needed, dtype="float32", always_2d=True)
        if len(tracks) < needed and sound.frames:
            sound.seek(0)
            whole = sound.read(dtype="float32", always_2d=True)
            tracks = np.concatenate([tracks, np.resize(whole, (needed - len(tracks), whole.shape[1]))])
        mono = np.nan_to_num(tracks.mean(axis=1, dtype=np.float32))
        return fit_length(resample(mono, sound.samplerate, rate), n_samples)
