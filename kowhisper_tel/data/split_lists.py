"""Lists of a split: published test sets, named by ids or by the paths of their recordings.

The lists that Return Zero (rtzr) publish for AI-Hub's corpora (github rtzr/Awesome-Korean-Speech-Recognition, in
``docs/``; read in 2026-11) are text files with the path of a recording a line, from wherever the corpus lay:
``2.Validation/D04/J18/S023423/0005.wav``, ``/nfs/…/audio/1/D60-J91-S00012652-0003.wav`` (with the corpus's own folders
joined by hyphens), and ``2.Validation/*/DGBEJ21000043.wav`` for a whole long recording. KsponSpeech's are
``path :: text``. So paths are compared from their ends, without suffix, hyphens taken for slashes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.columns import NEAR
from kowhisper_tel.data.split import SPLITS, WHOLE, Part, folded
from kowhisper_tel.data.text_files import read_text
from kowhisper_tel.korean.fold import fold

COLUMNS = ("id", "audio", *NEAR["audio"], "utt_id", "utterance_id", "audioPath", "wav_path")
"""Columns of a table that name an utterance, the first one that is there before the others."""
MOST_PARTS = 8
"""Parts at the end of a path that are looked at, at most."""
LEAST_LETTERS = 6
"""A file name of fewer characters, or of digits alone, says too little without its folder."""


@dataclass(frozen=True)
class Line:
    """One entry of a list: its place, and the names it may go by."""

    place: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Unmatched:
    """An entry that is no utterance here (``several`` is 0), or that may be any of several recordings."""

    split: str
    place: str
    name: str
    several: int

    def to_json(self) -> dict[str, Any]:
        """One line of ``lists.jsonl``."""
        problem = "several" if self.several else "nothing"
        record = {"split": self.split, "place": self.place, "entry": self.name, "problem": problem}
        return record | ({"recordings": self.several} if self.several else {})


@dataclass(frozen=True)
class Listed:
    """The splits that lists give, by utterance id; the entries that gave none; and how many entries each list has."""

    given: Mapping[str, str]
    unmatched: tuple[Unmatched, ...]
    entries: Mapping[str, int]

    def to_json(self) -> dict[str, dict[str, int]]:
        """Counts of each list for the data card."""
        rest = {split: [u for u in self.unmatched if u.split == split] for split in self.entries}
        return {
            split: {
                "entries": entries,
                "matched": entries - len(rest[split]),
                "utterances": sum(place == split for place in self.given.values()),
                "nothing": sum(not u.several for u in rest[split]),
                "several": sum(bool(u.several) for u in rest[split]),
            }
            for split, entries in self.entries.items()
        }


def match_lists(lists: Mapping[str, str], utterances: Sequence[Utterance]) -> Listed:
    """Which utterances the lists name. An entry that names a recording names all utterances in it.

    ``lists`` maps splits to files. Raises ``UserError``: ``prepare.choice``, ``prepare.list_missing``,
    ``prepare.list_column``, ``prepare.list_nothing``, ``prepare.list_twice``, ``prepare.encoding``.
    """
    given: dict[str, str] = {}
    unmatched: list[Unmatched] = []
    entries: dict[str, int] = {}
    for split, name in lists.items():
        if split not in SPLITS:
            raise UserError("prepare.choice", option="lists", value=split, known=", ".join(SPLITS))
        lines = list(read_list(split, Path(name)))
        entries[split] = len(lines)
        known = _Names(utterances, [_parts(n) for line in lines for n in line.names])
        before = len(unmatched)
        for line in lines:
            found, several = known.find(line)
            if not found:
                unmatched.append(Unmatched(split, line.place, line.names[0], several))
            for identity in found:
                if given.setdefault(identity, split) != split:
                    raise UserError("prepare.list_twice", id=identity, first=given[identity], second=split)
        if len(unmatched) - before == len(lines):
            example = lines[0].names[0] if lines else ""
            raise UserError("prepare.list_nothing", split=split, path=name, entries=len(lines), example=example)
    return Listed(given, tuple(unmatched), entries)


def read_list(split: str, path: Path) -> Iterator[Line]:
    """The entries of a list: text (an entry a line, what follows a tab or ``::`` left out), JSONL, JSON, CSV or TSV."""
    if not path.is_file():
        raise UserError("prepare.list_missing", split=split, path=path)
    text = read_text(path)
    records: Iterator[tuple[str, Any]]
    match path.suffix.lower():
        case ".jsonl":
            records = ((f"line {n}", _json(line)) for n, line in enumerate(text.split("\n"), 1) if line.strip())
        case ".json":
            records = ((f"entry {n}", record) for n, record in enumerate(_array(_json(text)), 1))
        case ".csv" | ".tsv":
            table = csv.DictReader(io.StringIO(text), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
            records = ((f"line {n}", record) for n, record in enumerate(table, 2))
        case _:
            lines = (re.split(r"\t|\s::\s", line)[0].strip() for line in text.split("\n"))
            records = ((f"line {n}", line) for n, line in enumerate(lines, 1) if line)
    for place, record in records:
        yield Line(f"{path.name} {place}", _names_of(record, split, path))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()  # a bare name in a JSONL file


def _array(value: Any) -> list[Any]:
    """The entries of a JSON file: an array, or an object that holds one."""
    if isinstance(value, dict):
        return next((inside for inside in value.values() if isinstance(inside, list)), [value])
    return value if isinstance(value, list) else [value]


def _names_of(record: Any, split: str, path: Path) -> tuple[str, ...]:
    if not isinstance(record, Mapping):
        return (str(record).strip(),)
    names = tuple(str(record[column]).strip() for column in COLUMNS if record.get(column))
    if not names:
        raise UserError("prepare.list_column", split=split, path=path, found=", ".join(map(str, record)))
    return names


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a path that can be compared: folded, without suffix, after any ``*``."""
    plain = fold(name).replace("\\", "/")
    suffix = Path(plain).suffix.lower()
    stem = plain[: -len(suffix)] if suffix in (*SUFFIXES, ".txt", ".json", ".wavp") else plain
    parts = [part for part in re.split(r"[/-]", stem.casefold()) if part not in ("", ".", "..")]
    stars = [place for place, part in enumerate(parts) if "*" in part]
    return tuple(parts[stars[-1] + 1 :] if stars else parts)


class _Names:
    """Utterances by their ids and by the ends of the paths of their recordings."""

    def __init__(self, utterances: Sequence[Utterance], listed: Sequence[tuple[str, ...]]) -> None:
        self._ids = {utterance.id for utterance in utterances}
        self._inside: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for utterance in utterances:
            self._inside[_parts(utterance.audio)].append(utterance.id)
        # As many parts as tell all recordings here, and all in the list, from one another.
        self._enough = max(_telling(self._inside), _telling(set(listed)))
        self._ends: dict[int, dict[tuple[str, ...], list[tuple[str, ...]]]] = {}

    def find(self, line: Line) -> tuple[list[str], int]:
        """The ids that an entry names, or none of them and how many recordings it may be."""
        several = 0
        for name in line.names:
            if name in self._ids:
                return [name], 0
            parts = _parts(name)
            files = self._files(parts)
            if len(files) == 1:
                return self._inside[files[0]], 0
            several = max(several, len(files))
        return [], several

    def _files(self, parts: tuple[str, ...]) -> list[tuple[str, ...]]:
        if not parts:
            return []
        size = min(self._enough, len(parts))
        while size < len(parts) and not _says_enough(parts[-size:]):
            size += 1
        if size not in self._ends:
            ends = self._ends[size] = {}
            for file in self._inside:
                ends.setdefault(file[-size:], []).append(file)
        return self._ends[size].get(parts[-size:], [])


def _says_enough(end: tuple[str, ...]) -> bool:
    letters = "".join(end)
    return len(letters) >= LEAST_LETTERS and not letters.isdecimal()


def _telling(names: Mapping[tuple[str, ...], Any] | set[tuple[str, ...]]) -> int:
    """How many parts at the end it takes to tell names from one another."""
    for size in range(1, MOST_PARTS):
        if len({name[-size:] for name in names}) == len(names):
            return size
    return MOST_PARTS


def check_overlap(parts: Sequence[Part], listed: Listed, by: str) -> dict[str, tuple[str, str]]:
    """Utterances in no list whose speaker or call is in one: by id, that name and the list's split."""
    if not listed.given:
        return {}
    names: dict[tuple[str, str], str] = {}
    for part in parts:
        split = listed.given.get(part.utterance.id)
        for kind in WHOLE[by]:
            name = folded(getattr(part.utterance, kind))
            if split and name:
                names.setdefault((kind, name), split)
    found: dict[str, tuple[str, str]] = {}
    for part in parts:
        for kind in WHOLE[by]:
            own = getattr(part.utterance, kind)
            split = names.get((kind, folded(own)))
            if split and part.utterance.id not in listed.given:
                found.setdefault(part.utterance.id, (own, split))
    return found
