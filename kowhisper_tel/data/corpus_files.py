"""CorpusFiles: the files of a corpus where they lie, below a folder and in the zips there."""

from __future__ import annotations

import functools
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kowhisper_tel.core.audio import SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.archive import Member, members, read_member
from kowhisper_tel.data.tree import Tree, is_hidden, is_text, plain_name, tree

UNREAD_ARCHIVE = re.compile(r"\.(tar|gz|tgz|bz2|xz|zst|7z|rar|alz|egg|z\d\d|part\d+)$", re.IGNORECASE)
"""Archives that are named to the user, who has to unpack them, and the parts of one that has to be joined."""
OWN_NAME = 8
"""A recording's name of so many characters says which it is; a shorter one (0001) counts within its folder."""


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
        path = str(self.file / self.member.name if self.member else self.file)
        return path if self.in_place else plain_name(path)

    @property
    def in_place(self) -> bool:
        """Whether it can be opened by its ``path``: it is no member of a zip, and its name is UTF-8."""
        return self.member is None and is_text(str(self.file))

    @property
    def suffix(self) -> str:
        """The name's ending in lower case, with its dot."""
        return os.path.splitext(self.name)[1].lower()  # noqa: PTH122 a Path a file costs minutes

    @property
    def tail(self) -> tuple[str, str]:
        """The folder that it lies in and its own name without its ending, case folded: what labels name it by."""
        folder, _, base = self.name.rpartition("/")
        return folder.rpartition("/")[2].casefold().removesuffix(".zip"), _stem(base)

    def read(self) -> bytes:
        """All of its bytes. Raises ``UserError`` ``archive.*``, or ``OSError`` for a file that cannot be read."""
        return read_member(self.file, self.member) if self.member else self.file.read_bytes()


@dataclass(frozen=True)
class CorpusFiles:
    """All files of a corpus in order of their names, hidden ones left out.

    ``unpacked``: how many members of zips also lie unpacked beside them, and are read there. ``unread``: archives of
    kinds that are not read in place, and archives inside archives. ``unreadable``: what cannot be opened at all.
    ``refused``: why zips were refused, where ``open`` was to go on without them.
    """

    root: Path
    files: tuple[CorpusFile, ...]
    unpacked: int = 0
    unread: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    refused: tuple[UserError, ...] = ()

    @classmethod
    def open(cls, root: Path, *, go_on: bool = False) -> CorpusFiles:
        """List a folder with the zips in it, or one zip. Raises ``UserError``: ``prepare.folder``, ``archive.*``.

        ``go_on`` leaves out the zips that cannot be used, and tells of them in ``refused``.
        """
        if root.is_file():
            there = Tree([(plain_name(root.name), root, root.stat().st_size)])
        elif root.is_dir():
            there = tree(root)
        else:
            raise UserError("prepare.folder", path=root)
        found = [CorpusFile(name, file, size) for name, file, size in there.files if not _is_zip(name)]
        sizes = {file.name: file.size for file in found}
        unpacked, refused = 0, []
        for name, archive, _ in there.files:
            if _is_zip(name):
                try:
                    inside = members(archive)
                except UserError as problem:
                    if not go_on:
                        raise
                    refused.append(problem)
                    continue
                for member in inside:
                    if _lies_unpacked(member, name, sizes):
                        unpacked += 1
                    elif not is_hidden(member.name):
                        found.append(CorpusFile(f"{name}/{member.name}", archive, member.size, member))
        unread = tuple(f.name for f in found if UNREAD_ARCHIVE.search(f.name) or _is_zip(f.name))
        found.sort(key=lambda file: file.name)
        return cls(root, tuple(found), unpacked, unread, tuple(there.unreadable), tuple(refused))

    def of(self, *suffixes: str) -> Iterator[CorpusFile]:
        """The files whose names end so (``.json``), in order."""
        found = [file for suffix in suffixes for file in self._by_suffix.get(suffix, ())]
        return iter(sorted(found, key=lambda file: file.name) if len(suffixes) > 1 else found)

    def find(self, *wanted: str, near: CorpusFile, place: str, missing: str = "corpus.no_audio") -> CorpusFile:
        """The file that the label ``near`` means by a path, of several the first that is there.

        A path that is a file's whole name means that file. Labels, though, name recordings by paths that begin
        anywhere, with other endings than theirs or none, or by a name alone. Meant is the file of that name in a
        folder of the path's last folder's name; a name alone means the file in a folder called as the label, or as
        its folder. Another folder's file is taken only where no folder is so called and the name is more than a
        number that each folder counts anew: a recording that is missing is never made up for by another call's. Of
        several the one is meant whose folders agree best with the path and the label.

        Raises ``UserError``: the code ``missing``, ``corpus.ambiguous``; both with ``place``.
        """
        for path in wanted:
            parts = _parts(path)
            same = self._meant(parts, near) if parts else []
            ranked = sorted(same, key=lambda file: _rank(file, parts, near), reverse=True) if len(same) > 1 else same
            if len(ranked) > 1 and _rank(ranked[0], parts, near) == _rank(ranked[1], parts, near):
                facts = {"first": ranked[0].name, "second": ranked[1].name}
                raise UserError("corpus.ambiguous", place=place, wanted=path, **facts)
            if ranked:
                return ranked[0]
        raise UserError(missing, place=place, wanted=wanted[0] if wanted else "")

    def short_name(self, file: CorpusFile) -> str:
        """The shortest end of a file's path, without its ending, that no other file of that ending has."""
        ends = _ends(file)
        return next((end for end in ends if self._end_counts[file.suffix][end] == 1), ends[-1])

    def _meant(self, parts: list[str], near: CorpusFile) -> list[CorpusFile]:
        *folders, base = [part.casefold() for part in parts]
        counts_anew = len(_stem(base)) < OWN_NAME
        folder, stem = near.tail
        beside = _folders(near.name)[-3:]
        own_paths = {stem: [*beside, stem]} | ({folder: beside} if folder else {})
        if folders and (found := self._named(base, folders[-1])):
            if whole := [file for file in found if file.name.casefold() == "/".join([*folders, base])]:
                return whole
            paths = [folders, own_paths.get(folders[-1], [])]
            return [file for file in found if not counts_anew or all(self._agrees(file, path) for path in paths)]
        if folders and folders[-1] in self._recording_folders:
            return []
        for own, path in own_paths.items():
            if found := self._named(base, own):
                return [file for file in found if not counts_anew or self._agrees(file, path)]
        if counts_anew and (folders or any(own and own in self._recording_folders for own in near.tail)):
            return []
        return self._named(base, None)

    def _agrees(self, file: CorpusFile, folders: list[str]) -> bool:
        """Whether a file may lie in these folders, from the last one up to where its own path is another's altogether.

        Another folder that recordings lie in, or one of the same name but for its number (J16, J17), is not.
        """
        for wanted, own in zip(reversed(folders), reversed(_folders(file.name)), strict=False):
            if wanted != own:
                return wanted not in self._ancestors and _shape(wanted) != _shape(own)
        return True

    def _named(self, base: str, folder: str | None) -> list[CorpusFile]:
        """The files of a name in folders of a name: with the ending that it has, else recordings with another."""
        for stem in dict.fromkeys((_stem(base), base)):
            same = self._by_stem.get(stem, []) if folder is None else self._by_tail.get((folder, stem), [])
            if exact := [file for file in same if _base(file.name) == base]:
                return exact
            if not base.endswith(".txt") and (other := [file for file in same if file.suffix in SUFFIXES]):
                return other
        return []

    @functools.cached_property
    def _by_tail(self) -> dict[tuple[str, str], list[CorpusFile]]:
        found: defaultdict[tuple[str, str], list[CorpusFile]] = defaultdict(list)
        for file in self.files:
            found[file.tail].append(file)
        return dict(found)

    @functools.cached_property
    def _by_suffix(self) -> dict[str, list[CorpusFile]]:
        found: defaultdict[str, list[CorpusFile]] = defaultdict(list)
        for file in self.files:
            found[file.suffix].append(file)
        return dict(found)

    @functools.cached_property
    def _by_stem(self) -> dict[str, list[CorpusFile]]:
        found: defaultdict[str, list[CorpusFile]] = defaultdict(list)
        for (_, stem), files in self._by_tail.items():
            found[stem] += files
        return dict(found)

    @functools.cached_property
    def _end_counts(self) -> defaultdict[str, Counter[str]]:
        """How many files of each ending have each end of a path."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for file in self.files:
            found[file.suffix].update(_ends(file))
        return found

    @functools.cached_property
    def _ancestors(self) -> set[str]:
        """The names of all folders that recordings lie below."""
        paths = {file.name.rpartition("/")[0] for file in self.of(*SUFFIXES)}
        return {folder for path in paths for folder in _folders(f"{path}/")}

    @functools.cached_property
    def _recording_folders(self) -> set[str]:
        """The names of the folders that recordings lie in."""
        return {file.tail[0] for file in self.of(*SUFFIXES)}


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _lies_unpacked(member: Member, archive: str, sizes: dict[str, int]) -> bool:
    """Whether a member is also there beside its zip, in the same folder or in one of the zip's name."""
    folder = archive.rpartition("/")[0]
    beside = (f"{folder}/{member.name}".lstrip("/"), f"{archive[:-4]}/{member.name}")
    return any(sizes.get(name) == member.size for name in beside)


def _base(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _folders(name: str) -> list[str]:
    """The folders of a file's name, case folded, a zip as the folder that it would unpack to."""
    return [folder.removesuffix(".zip") for folder in name.casefold().split("/")[:-1]]


def _ends(file: CorpusFile) -> list[str]:
    """The ends of a file's path without its ending, the shortest first, zips as the folders that they unpack to."""
    *folders, base = file.name[: len(file.name) - len(file.suffix)].split("/")
    parts = [*(folder.removesuffix(".zip") for folder in folders), base]
    return ["/".join(parts[-count:]) for count in range(1, len(parts) + 1)]


def _shape(folder: str) -> str:
    return re.sub(r"\d+", "0", folder)


def _stem(base: str) -> str:
    """A file's name without its ending, case folded; what follows a dot and is no ending stays."""
    base = base.casefold()
    stem, _, ending = base.rpartition(".")
    return stem if stem and len(ending) <= 5 and ending.isalnum() and ending[0].isalpha() else base


def _parts(path: str) -> list[str]:
    plain = unicodedata.normalize("NFC", path.strip()).replace("\\", "/")
    return [part for part in plain.split("/") if part not in ("", ".", "..")]


def _rank(file: CorpusFile, parts: list[str], near: CorpusFile) -> tuple[int, int, int]:
    """How many folders agree at the path's end, how many with the label's, how many of those at its beginning."""
    own, label = _folders(file.name), _folders(near.name)
    path = [part.casefold() for part in parts[:-1]]
    around = {*label, near.tail[1]}
    return _shared(own[::-1], path[::-1]), sum(folder in around for folder in own), _shared(own, label)


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count
