"""Labelled corpora: what importers have in common whose labels lie in files, JSON mostly, apart from the recordings.

An importer states its ``Layout``: which files are labels, the stretches in one, and what each says. Walking, decoding,
finding the recordings, and telling of all that is not in order is done here, so that each piece is counted once: a
label file that cannot be read, a stretch whose recording is missing, a recording that no label names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus_files import OWN_NAME, CorpusFile, CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.metadata import own_split
from kowhisper_tel.data.text_files import decode

LOOKED_AT = 5
"""Label files that ``recognises`` reads, evenly spread over all."""
KEEP_SPLITS = "keep_splits"


@dataclass(frozen=True)
class Label:
    """One label file as parsed, the files of its corpus, and the options that the corpus was given."""

    file: CorpusFile
    files: CorpusFiles
    data: Any
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of a label file that is a list: its number, counted from 1, and its text."""

    number: int
    text: str


def lines(text: str) -> list[Line]:
    """The lines of a text that hold something, for ``Layout.parse``."""
    return [Line(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def one_or_several(label: Label) -> Sequence[Any]:
    """The items of a label that is one item, or a list of them, for ``Layout.stretches``."""
    return label.data if isinstance(label.data, list) else [label.data]


@dataclass(frozen=True)
class Stretch:
    """What a label says of one stretch.

    ``audio`` is the recording's path as the label has it, or several to try. The text is ``text``, or the content of
    the file ``text_file`` (a path as the label has it). ``id`` must be one of its own over the whole corpus (default:
    the first of ``audio`` without its ending). ``lasts_s`` is how long the label says that the stretch lasts.
    """

    audio: str | Sequence[str]
    text: str = ""
    text_file: str | None = None
    id: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    track: int | None = None
    speaker: str | None = None
    call: str | None = None
    written: str | None = None
    lasts_s: float | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """How a corpus lays out its labels.

    ``is_label`` picks label files by their names alone (default: all that end in one of ``suffixes``). ``parse`` makes
    data of a label file's text. ``stretches`` gives the items of a label, ``stretch`` reads one; all three raise
    ``KeyError``, ``TypeError`` and the like where a label is of another layout, or ``UserError``. ``unit`` is what an
    item is called in messages. ``keeps_splits`` is the default of the option ``keep_splits``, and ``split_of`` tells
    the corpus's own part by a label file's name. ``whole``: every recording should have a label; without it, those
    that none names are no part of the corpus. ``cuts``: some recordings are known to end before their words do.
    """

    kind: str
    stretches: Callable[[Label], Sequence[Any]]
    stretch: Callable[[Label, Any], Stretch]
    suffixes: tuple[str, ...] = (".json",)
    is_label: Callable[[CorpusFile], bool] | None = None
    parse: Callable[[str], Any] = json.loads
    unit: str = "item"
    notation: str = "plain"
    raw_rate: int | None = None
    keeps_splits: bool = False
    split_of: Callable[[str], str | None] = own_split
    whole: bool = True
    cuts: bool = False

    def labels(self, files: CorpusFiles) -> list[CorpusFile]:
        """The label files among those of a corpus, in order."""
        return [file for file in files.of(*self.suffixes) if self.is_label is None or self.is_label(file)]

    def read(self, path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
        """An importer's ``read``. Raises ``UserError``: ``prepare.folder``, ``archive.*``."""
        return walk(self, CorpusFiles.open(Path(str(path))), options)

    def recognises(self, files: CorpusFiles) -> int:
        """About how many label files of this layout there are: all that are called so, by the share of a few read."""
        labels = self.labels(files)
        step = max(1, len(labels) // LOOKED_AT)
        some = labels[::step][:LOOKED_AT]
        return round(len(labels) * sum(self._fits(file, files) for file in some) / len(some)) if some else 0

    def _fits(self, file: CorpusFile, files: CorpusFiles) -> bool:
        try:
            label = _parsed(self, file, files, {})
            items = _items(self, label)
            return bool(items) and bool(_stretch(self, label, items[0], file.name).audio)
        except UserError:
            return False


def walk(layout: Layout, files: CorpusFiles, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """All stretches of a corpus, label file by label file; then what no label names, and what was not read.

    A recording of the name of one that a label names is another version of it, not a recording without a label.
    """
    keeps_splits = options.get(KEEP_SPLITS, layout.keeps_splits)
    if not isinstance(keeps_splits, bool):
        raise UserError("prepare.choice", option=KEEP_SPLITS, value=keeps_splits, known="true, false")
    used: set[str] = set()
    broken: set[str | tuple[str, str]] = set()
    for file in layout.labels(files):
        try:
            label = _parsed(layout, file, files, options)
            items = _items(layout, label)
            if not items:
                raise UserError("corpus.no_stretch", place=file.name)
        except UserError as problem:
            broken |= {file.tail, file.tail[1]}
            yield Reject(file.name, problem.code, problem.facts)
            continue
        split = layout.split_of(file.name) if keeps_splits else None
        for number, item in enumerate(items, 1):
            number = item.number if isinstance(item, Line) else number
            yield _entry(layout, label, item, f"{file.name} {layout.unit} {number}", split, used)
    for recording in files.of(*SUFFIXES):
        if layout.whole and not _is_used(recording, used) and not (broken and _belongs(recording, broken)):
            yield Reject(recording.name, "corpus.no_label", {"place": recording.name})
    yield from unusable(files)


def unusable(files: CorpusFiles) -> Iterator[Reject]:
    """What lies in a corpus and was not read: archives of other kinds, and what cannot be opened."""
    for code, names in (("corpus.unread", files.unread), ("corpus.unreadable", files.unreadable)):
        for name in names:
            yield Reject(name, code, {"place": name})


def read_text(file: CorpusFile) -> str:
    """The text of a file of a corpus. Raises ``UserError``: ``corpus.encoding``, ``.unreadable``, ``archive.*``."""
    try:
        text = decode(file.read())
    except OSError:
        raise UserError("corpus.unreadable", place=file.name) from None
    if text is None:
        raise UserError("corpus.encoding", place=file.name)
    return text


def _parsed(layout: Layout, file: CorpusFile, files: CorpusFiles, options: Mapping[str, Any]) -> Label:
    text = read_text(file)
    try:
        return Label(file, files, layout.parse(text), options)
    except json.JSONDecodeError as problem:
        raise UserError("corpus.syntax", place=file.name, problem=f"JSON: {problem}") from None
    except RecursionError:
        raise UserError("corpus.syntax", place=file.name, problem="JSON: nested too deeply") from None
    except _MISFITS as problem:
        raise _misfit(layout, file.name, problem) from None


_MISFITS = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def _misfit(layout: Layout, place: str, problem: Exception) -> UserError:
    """Says what does not fit without quoting the label, which may be private."""
    what = f"no field {problem}" if isinstance(problem, KeyError) else "a field of another kind than expected"
    return UserError("corpus.layout", place=place, kind=layout.kind, problem=what)


def _items(layout: Layout, label: Label) -> Sequence[Any]:
    try:
        items = layout.stretches(label)
        if not isinstance(items, Sequence) or isinstance(items, str):
            raise TypeError
    except _MISFITS as problem:
        raise _misfit(layout, label.file.name, problem) from None
    return items


def _stretch(layout: Layout, label: Label, item: Any, place: str) -> Stretch:
    try:
        stretch = layout.stretch(label, item)
        paths = [stretch.audio] if isinstance(stretch.audio, str) else list(stretch.audio)
        if not isinstance(stretch.text, str) or not all(isinstance(path, str) for path in paths):
            raise TypeError
    except _MISFITS as problem:
        raise _misfit(layout, place, problem) from None
    return stretch


def _entry(layout: Layout, label: Label, item: Any, place: str, split: str | None, used: set[str]) -> Entry | Reject:
    identity = None
    try:
        stretch = _stretch(layout, label, item, place)
        paths = [stretch.audio] if isinstance(stretch.audio, str) else list(stretch.audio)
        identity = stretch.id or recording_id(paths[0] if paths else "")
        recording = label.files.find(*paths, near=label.file, place=place)
        used.add(recording.name)
        if len(recording.tail[1]) >= OWN_NAME:
            used.add(recording.tail[1])
        text = stretch.text if stretch.text_file is None else _text_of(label, stretch.text_file, place)
    except UserError as problem:
        return Reject(place, problem.code, problem.facts, identity)
    utterance = Utterance(
        identity,
        recording.path,
        text,
        start_s=stretch.start_s,
        end_s=stretch.end_s,
        track=stretch.track,
        speaker=stretch.speaker,
        call=stretch.call,
        written=stretch.written,
        tags=stretch.tags,
    )
    content = None if recording.in_place else recording.read
    return Entry(utterance, place, split, layout.raw_rate, content, layout.notation, stretch.lasts_s, layout.cuts)


def _text_of(label: Label, path: str, place: str) -> str:
    return read_text(label.files.find(path, near=label.file, place=place, missing="corpus.no_text")).strip()


def recording_id(path: str) -> str:
    """An id of a recording's path in a label: without its ending, and without what leads nowhere at its beginning."""
    parts = [part for part in path.strip().replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if parts:
        stem, dot, ending = parts[-1].rpartition(".")
        parts[-1] = stem if dot and stem and len(ending) <= 5 else parts[-1]
    return "/".join(parts)


def _is_used(recording: CorpusFile, used: set[str]) -> bool:
    return recording.name in used or recording.tail[1] in used


def _belongs(recording: CorpusFile, broken: set[str | tuple[str, str]]) -> bool:
    """Whether a label file that could not be read is this recording's: of its name, or of its folder's."""
    folder, stem = recording.tail
    return (folder, stem) in broken or folder in broken or (len(stem) >= OWN_NAME and stem in broken)
