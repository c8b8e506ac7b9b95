"""Inputs: the recordings among the files and folders that were given, and what else lies there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kowhisper_tel.core.audio import RAW_SUFFIXES, SUFFIXES, stated_s
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.tree import plain_name, tree


@dataclass(frozen=True)
class Input:
    """A recording: where it lies, and its name below the folder that was given (a file: its own)."""

    path: Path
    name: str

    @property
    def stamp(self) -> tuple[int, int]:
        """Size and date of change (ns), by which a recording is known to be the same; (0, 0) where there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return 0, 0
        return found.st_size, found.st_mtime_ns


@dataclass(frozen=True)
class Inputs:
    """``files`` in the order given, folders by name. ``others``: files of folders that are not audio by their suffix.

    ``unreadable``: audio that the user may not read, links that lead nowhere. ``doubled``: recordings given more than
    once, which are heard once. ``empty``: folders without any audio.
    """

    files: list[Input] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    unreadable: list[Input] = field(default_factory=list)
    doubled: list[Input] = field(default_factory=list)
    empty: list[Path] = field(default_factory=list)


def survey(given: Sequence[Path]) -> Inputs:
    """Look through files and folders; a file that is named itself is taken for audio whatever its suffix.

    Raises ``UserError``: ``transcribe.missing`` for a path that is not there, ``transcribe.nothing`` where there is no
    audio at all.
    """
    found, seen = Inputs(), set[str]()
    for path in given:
        if not path.exists():
            raise UserError("transcribe.missing", path=plain_name(str(path)))
        for item in _in_folder(path, found) if path.is_dir() else [Input(path, plain_name(path.name))]:
            real = os.path.realpath(item.path)
            (found.doubled if real in seen else found.files).append(item)
            seen.add(real)
    if not found.files and not found.unreadable:
        names = ", ".join(plain_name(str(path)) for path in given)
        raise UserError("transcribe.nothing", path=names, others=len(found.others))
    return found


def _in_folder(folder: Path, found: Inputs) -> Iterator[Input]:
    listed = tree(folder)
    sounds = [Input(path, name) for name, path, _ in listed.files if _is_audio(name)]
    found.others.extend(path for name, path, _ in listed.files if not _is_audio(name))
    found.unreadable.extend(Input(folder / name, name) for name in listed.unreadable if _is_audio(name))
    found.others.extend(folder / name for name in listed.unreadable if not _is_audio(name))
    if not sounds:
        found.empty.append(folder)
    yield from sounds


def _is_audio(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def outputs(inputs: Sequence[Input], taken: AbstractSet[str]) -> dict[Input, str]:
    """What each recording's files are called, without suffix: no two alike, and none as in ``taken``.

    ``calls/a.wav`` is ``calls/a``; where that would be another's too, ``calls/a.wav``; then, with more and more of the
    folders above before it, ``march/calls/a``; in the end with a number. Names that differ in case alone are alike.
    """
    found, waiting = dict[Input, str](), list(inputs)
    used = {_alike(name) for name in taken}
    for level in range(2 * max((len(_parts(item)) for item in inputs), default=0)):
        wanted = {item: _candidate(item, level) for item in waiting}
        counts = Counter(map(_alike, wanted.values()))
        free = [item for item in waiting if counts[_alike(wanted[item])] == 1 and _alike(wanted[item]) not in used]
        found |= {item: wanted[item] for item in free}
        used |= {_alike(wanted[item]) for item in free}
        waiting = [item for item in waiting if item not in found]
    for item in waiting:
        name = next(n for k in range(2, len(used) + 3) if _alike(n := f"{_candidate(item, 0)}~{k}") not in used)
        found[item] = name
        used.add(_alike(name))
    return found


def _candidate(item: Input, level: int) -> str:
    above, whole = divmod(level, 2)
    name = PurePosixPath(*_parts(item)[-len(PurePosixPath(item.name).parts) - above :])
    return (name if whole else name.with_name(name.stem)).as_posix()


def _parts(item: Input) -> tuple[str, ...]:
    """The parts of the whole path, ending with the name."""
    above = PurePosixPath(plain_name(item.path.absolute().as_posix())).parts[1:]
    name = PurePosixPath(item.name).parts
    return (*(part for part in above[: len(above) - len(name)] if part != ".."), *name)


def _alike(name: str) -> str:
    return name.casefold()


def source_of(item: Input, out: Path) -> str:
    """A recording's place as seen from the output folder, by which it is known there."""
    return plain_name(Path(os.path.relpath(item.path.absolute(), out.absolute())).as_posix())


def length_s(item: Input, raw_rate: int | None = None) -> float:
    """How long a recording says it is, for showing progress: 0 where that cannot be known without decoding it."""
    suffix = item.path.suffix.lower()
    try:
        if suffix in RAW_SUFFIXES:
            return item.stamp[0] / 2 / raw_rate if raw_rate else 0.0
        return stated_s(item.path)
    except (UserError, OSError):
        return 0.0
