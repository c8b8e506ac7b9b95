"""A manifest: JSONL, CSV or TSV with one utterance a line, audio paths relative to it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from kowhisper_tel.core import manifest_lines
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import sha256
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data import remote
from kowhisper_tel.data.columns import field_columns, stated_length, utterance_fields
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.sources import Stamp, stamp
from kowhisper_tel.data.text_files import read_lines

DELIMITERS = {".csv": ",", ".tsv": "\t"}


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Yield the lines of a manifest.

    ``audio`` and ``text`` must be there; ``id`` (default: the audio's path, with its track and times if it has any),
    ``start_s``, ``end_s``, ``track``, ``speaker`` and ``call`` may be. ``duration_s`` or ``duration`` says how long the
    stretch lasts, where no ``end_s`` does. Any other column becomes a tag. A column of another name is taken with the
    option ``columns``, never by guessing.

    A URL (``s3://…``) is fetched, as is each recording once it is checked; these must lie below the manifest's folder,
    or below an ``audio_root`` that is a URL.

    A line of a CSV is a record: one whose quotes are not in order is a reject, and swallows none that follow.

    Raises ``UserError``: ``manifest.missing``, ``prepare.encoding``, ``prepare.column``, ``prepare.columns``, and
    ``prepare.line`` for a head line that cannot be read, and those of ``remote``.
    """
    name = str(path)
    if remote.is_remote(name):
        with remote.local_copy(name) as copy:
            yield from _entries(copy, str(options.get("audio_root") or remote.parent(name)), options)
        return
    file = Path(name)
    if not file.is_file():
        raise UserError("manifest.missing", path=file)
    yield from _entries(file, str(options.get("audio_root") or file.parent), options)


def _entries(file: Path, root: str, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    columns: dict[str, str] | None = None
    is_table = file.suffix.lower() in DELIMITERS
    for number, record in _records(file):
        place = f"{file.name} line {number}"
        if isinstance(record, str):
            yield Reject(place, "prepare.line", {"place": place, "problem": record})
            continue
        if columns is None:
            columns = field_columns(record, options.get("columns") or {}, file)
        # JSON lines may differ in their keys: an optional field can first come up later.
        names = columns if is_table else columns | _later(record, columns)
        yield _entry(record, names, place, root, options)


def stamps(path: str, options: Mapping[str, Any]) -> Iterator[Stamp | str]:
    """The manifest's contents, and the audio files it names; of a remote one, what its storage says of it."""
    if remote.is_remote(path):
        yield remote.stamp(path)
        return
    file = Path(path)
    if not file.is_file():
        return
    yield from label_stamps(path, options)
    names: dict[str, None] = {}
    with suppress(UserError):  # what cannot be read names no audio, and reading it says why
        for item in read(path, options):
            if isinstance(item, Entry) and item.content is None:
                names[item.utterance.audio] = None
    yield from (stamp(Path(name), name) for name in names)


def label_stamps(path: str, options: Mapping[str, Any]) -> Iterable[str]:
    """The manifest's contents alone."""
    del options
    if remote.is_remote(path):
        return [remote.stamp(path)]
    return [sha256(Path(path))] if Path(path).is_file() else []


def _later(record: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, str]:
    optional = ("id", "start_s", "end_s", "track", "speaker", "call")
    return {name: name for name in optional if name in record and name not in columns}


def _entry(
    record: Mapping[str, Any], columns: Mapping[str, str], place: str, root: str, options: Mapping[str, Any]
) -> Entry | Reject:
    try:
        fields = utterance_fields(record, columns)
        for field in ("audio", "text"):
            if not isinstance(fields.setdefault(field, ""), str):
                raise ValueError(f"{columns[field]} is no text")
        if "\0" in fields["audio"]:
            raise ValueError(f"{columns['audio']} holds a NUL, which no path has")
    except ValueError as problem:
        return Reject(place, "prepare.line", {"place": place, "problem": str(problem)})
    name = fields["audio"].strip()
    if not name:
        facts = {"place": place, "problem": f"{columns['audio']} is empty"}
        return Reject(place, "prepare.line", facts, fields.get("id"))
    fields.setdefault("id", _id(name, fields))
    lasts_s = None if "end_s" in fields else stated_length(record)
    fetch = None
    if remote.is_remote(root):
        try:
            fields["audio"] = remote.joined(root, name)
        except ValueError as problem:
            return Reject(place, "prepare.line", {"place": place, "problem": str(problem)}, fields["id"])
        fetch = remote.Fetch(fields["audio"])
    else:
        fields["audio"] = str(Path(root) / name)
    raw_rate = options.get("raw_rate")
    return Entry(Utterance(**fields), place, raw_rate=raw_rate, lasts_s=lasts_s, content=fetch)


def _id(audio: str, fields: Mapping[str, Any]) -> str:
    """An id that no other stretch of any file has: ``calls/b.wav#track1#000001.000-000002.500``."""
    track, start_s, end_s = (fields.get(name) for name in ("track", "start_s", "end_s"))
    identity = audio if track is None else f"{audio}#track{track}"
    if start_s is None and end_s is None:
        return identity
    return f"{identity}#{start_s or 0.0:010.3f}-" + ("" if end_s is None else f"{end_s:010.3f}")


def _records(file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The number and the record of each line, or what is wrong with the line."""
    if file.suffix.lower() in DELIMITERS:
        yield from _table(read_lines(file, newline=""), DELIMITERS[file.suffix.lower()], file)
        return
    for number, line in enumerate(read_lines(file), 1):
        if line.strip():
            yield number, _json(line)


def _json(line: str) -> dict[str, Any] | str:
    try:
        return manifest_lines.record(line)
    except ValueError as problem:
        return str(problem)


def _table(lines: Iterable[str], delimiter: str, file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    head: list[str] | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip("\r\n"):
            continue
        values = _cells(line, delimiter)
        if head is None:
            if isinstance(values, str):
                raise UserError("prepare.line", place=f"{file.name} line {number}", problem=values)
            head = values
        elif isinstance(values, str):
            yield number, values
        else:
            whole = len(values) == len(head)
            yield number, dict(zip(head, values, strict=True)) if whole else "not as many columns as the head line"


def _cells(line: str, delimiter: str) -> list[str] | str:
    """The cells of one line, or what is wrong with it. A line alone, so that no open quote takes the next ones in."""
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    try:
        return next(csv.reader([line], delimiter=delimiter, quoting=quoting, strict=True))
    except csv.Error as problem:
        return f"not a CSV record of one line ({problem})"


def recognises(files: CorpusFiles) -> int:
    """1 for a file of the ending of one; a folder is not read, the manifest in it is named."""
    return int(files.root.is_file() and files.root.suffix.lower() in (".jsonl", *DELIMITERS))


IMPORTER = Importer(
    kind="manifest",
    reads="a JSONL, CSV or TSV file (or its URL, e.g. s3://…) with the columns audio and text",
    options={
        "columns": "other names of columns, e.g. {audio: path, text: sentence}",
        "audio_root": "the folder that audio paths are relative to, where it is not the manifest's",
        "raw_rate": "sample rate in Hz of headerless 16-bit PCM (.pcm, .raw); other files keep their own",
    },
    read=read,
    stamps=stamps,
    label_stamps=label_stamps,
    recognises=recognises,
)
