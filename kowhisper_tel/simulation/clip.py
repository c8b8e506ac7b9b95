"""Clip: one stretch of audio to be heard through a channel, from a file, a folder or a manifest."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import RAW_SUFFIXES, SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.sources import stamp

OWN_SUFFIXES = frozenset(SUFFIXES) - frozenset(RAW_SUFFIXES)
"""Endings of files that say themselves what they are."""


@dataclass(frozen=True)
class Clip:
    """Where a clip comes from, and where it goes.

    ``key`` is its id, from which its randomness comes: a file's name, its path within a folder, an utterance's id.
    ``audio`` is the path of the new audio within the output folder. ``start_s``, ``end_s`` and ``track`` are as in
    ``Utterance``. ``record``: what it is made again from, instead of being drawn.
    """

    key: str
    source: Path
    audio: str
    start_s: float | None = None
    end_s: float | None = None
    track: int | None = None
    record: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class FolderClips:
    """The audio files of a folder and its subfolders, in order of name; one folder's names are held at a time.

    ``deep/a.mp3`` becomes ``deep/a.flac``, or ``deep/a.mp3.flac`` where another ``a`` lies beside it.
    """

    folder: Path

    def __iter__(self) -> Iterator[Clip]:
        yield from self._within(self.folder)

    def _within(self, folder: Path) -> Iterator[Clip]:
        entries = sorted(folder.iterdir(), key=lambda path: path.name)
        sounds = {path for path in entries if path.suffix.lower() in OWN_SUFFIXES and not path.is_dir()}
        stems = Counter(path.stem for path in sounds)
        for path in entries:
            if path in sounds:
                name = path.relative_to(self.folder)
                alone = stems[path.stem] == 1
                new = name.with_suffix(".flac") if alone else name.with_name(f"{name.name}.flac")
                yield Clip(legible(name), path, legible(new))
            elif path.is_dir() and not path.is_symlink():
                yield from self._within(path)


@dataclass(frozen=True)
class ManifestClips:
    """The utterances of a manifest, each cut out as a file of its own: ``audio/000012.flac`` for the thirteenth."""

    manifest: Manifest

    def __iter__(self) -> Iterator[Clip]:
        for number, utterance in enumerate(self.manifest):
            yield Clip(
                utterance.id,
                self.manifest.audio_path(utterance),
                f"audio/{number:06d}.flac",
                utterance.start_s,
                utterance.end_s,
                utterance.track,
            )


def legible(path: Path) -> str:
    """A path as text; of a name that is not UTF-8, the bytes are written out in hexadecimal digits."""
    return os.fsencode(path.as_posix()).decode(errors="backslashreplace")


def survey(clips: Iterable[Clip], target: Path) -> tuple[int, str]:
    """How many clips there are, and a hash of their keys, times, sizes and dates of change.

    Raises ``UserError`` ``simulate.inside`` for a clip that lies in ``target``, where it could be written over.
    """
    within, count, total = f"{target.resolve()}{os.sep}", 0, ""
    for clip in clips:
        if str(clip.source.resolve()).startswith(within):
            raise UserError("simulate.inside", source=clip.source, target=target)
        _, *found = stamp(clip.source, "")
        known = found if found[0] >= 0 else None
        total = fingerprint([total, clip.key, clip.start_s, clip.end_s, clip.track, known])
        count += 1
    return count, total
