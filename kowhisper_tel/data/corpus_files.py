"""CorpusFiles: the files of a corpus where they lie, below a folder and in the zips there."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.archive import Member, members, read_member

UNREAD_ARCHIVES = (".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".alz", ".egg", ".part0")
"""Archives that are named to the user, who has to unpack them."""


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One file: ``name`` is its path below the corpus's root (NFC, ``/``), a zip counting as a folder.

    ``file`` is the file itself, or the zip that holds it as ``member``.
    """

    name: str
    file: Path
    size: int
    member: Member | None = field(default=None, compare=False)

    @property
    def path(self) -> str:
        """Where it lies, for messages and for ``Utterance.audio``; a member's as if its zip were a folder."""
        return str(self.file / self.member.name) if self.member else str(self.file)

    @property
    def suffix(self) -> str:
        """The name's ending in lower case, with its dot."""
        return Path(self.name).suffix.lower()

    def read(self) -> bytes:
        """All of its bytes. Raises ``UserError`` ``archive.member``, or ``OSError`` for a file that is gone."""
        return read_member(self.file, self.member) if self.member else self.file.read_bytes()


@dataclass(frozen=True)
class CorpusFiles:
    """All files of a corpus in order of their names, hidden ones left out.

    ``unpacked``: how many members of zips also lie unpacked beside them, and are read there. ``unread``: archives of
    kinds that are not read in place.
    """

    root: Path
    files: tuple[CorpusFile, ...]
    unpacked: int = 0
    unread: tuple[str, ...] = ()
    _by_base: dict[str, list[CorpusFile]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, root: Path) -> CorpusFiles:
        """List a folder with the zips in it, or one zip. Raises ``UserError``: ``prepare.folder``, ``archive.*``."""
        if root.is_file():
            plain = [(root.name, root)]
        elif root.is_dir():
            plain = sorted(_walk(root))
        else:
            raise UserError("prepare.folder", path=root)
        found = [CorpusFile(name, file, file.stat().st_size) for name, file in plain if not _is_zip(name)]
        sizes = {file.name: file.size for file in found}
        unpacked = 0
        for name, archive in plain:
            if _is_zip(name):
                packed = [CorpusFile(f"{name}/{m.name}", archive, m.size, m) for m in members(archive)]
                kept = [file for file in packed if not _lies_unpacked(file, name, sizes) and not _is_hidden(file.name)]
                unpacked += sum(_lies_unpacked(file, name, sizes) for file in packed)
                found += kept
        unread = tuple(name for name, _ in plain if name.lower().endswith(UNREAD_ARCHIVES))
        found.sort(key=lambda file: file.name)
        by_base: defaultdict[str, list[CorpusFile]] = defaultdict(list)
        for file in found:
            by_base[_base(file.name)].append(file)
        return cls(root, tuple(found), unpacked, unread, dict(by_base))

    def of(self, *suffixes: str) -> Iterator[CorpusFile]:
        """The files whose names end so (``.json``), in order."""
        return (file for file in self.files if file.suffix in suffixes)

    def find(self, *wanted: str, near: CorpusFile, place: str) -> CorpusFile:
        """The file that a label means by a path, tried in the order given.

        Corpora name their recordings by paths that start anywhere, or by a name alone. Among the files of that name the
        one is meant that shares the most folders at the path's end, then the one that lies nearest to ``near``, the
        label.

        Raises ``UserError``: ``corpus.no_audio``, ``corpus.ambiguous`` with ``place``.
        """
        for path in wanted:
            parts = _parts(path)
            if not parts:
                continue
            same = self._by_base.get(_base(parts[-1]), [])
            ranked = sorted(same, key=lambda file: _rank(file, parts, near), reverse=True)
            if len(ranked) > 1 and _rank(ranked[0], parts, near) == _rank(ranked[1], parts, near):
                facts = {"first": ranked[0].name, "second": ranked[1].name}
                raise UserError("corpus.ambiguous", place=place, wanted=path, **facts)
            if ranked:
                return ranked[0]
        raise UserError("corpus.no_audio", place=place, wanted=wanted[0] if wanted else "")


def _walk(root: Path) -> Iterator[tuple[str, Path]]:
    """Names and paths below a folder. Links to folders are followed, each folder once."""
    seen = set()
    for folder, folders, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in files:
            path = Path(folder, name)
            if not _is_hidden(name) and path.is_file():
                yield _nfc(path.relative_to(root).as_posix()), path


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _is_hidden(name: str) -> bool:
    """Dot files, and the copies of resource forks that macOS puts into zips."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def _lies_unpacked(file: CorpusFile, archive: str, sizes: dict[str, int]) -> bool:
    """Whether a member is also there beside its zip, in the same folder or in one of the zip's name."""
    assert file.member is not None
    folder = archive.rpartition("/")[0]
    beside = (f"{folder}/{file.member.name}".lstrip("/"), f"{archive[:-4]}/{file.member.name}")
    return any(sizes.get(name) == file.size for name in beside)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _base(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _parts(path: str) -> list[str]:
    return [part for part in _nfc(path).replace("\\", "/").split("/") if part not in ("", ".", "..")]


def _rank(file: CorpusFile, parts: list[str], near: CorpusFile) -> tuple[int, int]:
    """How many parts agree at the end of the path, and how many with the label's at its beginning."""
    own, label = file.name.split("/"), near.name.split("/")
    return _shared(own[::-1], parts[::-1]), _shared(own, label)


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    for first, second in zip(one, other, strict=False):
        if first.casefold() != second.casefold():
            break
        count += 1
    return count
