"""A manifest: JSONL, CSV or TSV with one utterance a line, audio paths relative to it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.columns import field_columns, utterance_fields
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.text_files import read_text

DELIMITERS = {".csv": ",", ".tsv": "\t"}


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Yield the lines of a manifest.

    ``audio`` and ``text`` must be there; ``id`` (default: the audio's path, with its start where it has times),
    ``start_s``, ``end_s``, ``track``, ``speaker`` and ``call`` may be. Any other column becomes a tag. A column of
    another name is taken with the option ``columns``, never by guessing.

    Raises ``UserError``: ``manifest.missing``, ``prepare.encoding``, ``prepare.column``, ``prepare.columns``.
    """
    file = Path(str(path))
    if not file.is_file():
        raise UserError("manifest.missing", path=file)
    root = Path(options.get("audio_root") or file.parent)
    columns: dict[str, str] | None = None
    for number, record in _records(file):
        place = f"{file.name} line {number}"
        if isinstance(record, str):
            yield Reject(place, "prepare.line", {"place": place, "problem": record})
            continue
        if columns is None:
            columns = field_columns(record, options.get("columns") or {}, file)
        # JSON lines may differ in their keys: an optional field can first come up later.
        names = columns if file.suffix.lower() in DELIMITERS else columns | _later(record, columns)
        yield _entry(record, names, place, root, options)


def _later(record: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, str]:
    optional = ("id", "start_s", "end_s", "track", "speaker", "call")
    return {name: name for name in optional if name in record and name not in columns}


def _entry(
    record: Mapping[str, Any], columns: Mapping[str, str], place: str, root: Path, options: Mapping[str, Any]
) -> Entry | Reject:
    try:
        fields = utterance_fields(record, columns)
        for field in ("audio", "text"):
            if not isinstance(fields.setdefault(field, ""), str):
                raise ValueError(f"{columns[field]} is no text")
    except ValueError as problem:
        return Reject(place, "prepare.line", {"place": place, "problem": str(problem)})
    name = fields["audio"].strip()
    if not name:
        facts = {"place": place, "problem": f"{columns['audio']} is empty"}
        return Reject(place, "prepare.line", facts, fields.get("id"))
    fields.setdefault("id", _id(name, fields.get("start_s")))
    return Entry(Utterance(**fields | {"audio": str(root / name)}), place, raw_rate=options.get("raw_rate"))


def _id(audio: str, start_s: float | None) -> str:
    stem = audio.removesuffix(Path(audio).suffix).replace("/", "-")
    return stem if start_s is None else f"{stem}-{start_s:010.3f}"


def _records(file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The number and the record of each line, or what is wrong with the line."""
    text = read_text(file)
    if file.suffix.lower() in DELIMITERS:
        yield from _table(text, DELIMITERS[file.suffix.lower()])
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _json(line)


def _json(line: str) -> dict[str, Any] | str:
    try:
        record = json.loads(line)
    except ValueError as problem:
        return f"not JSON ({problem})"
    return record if isinstance(record, dict) else "not a JSON object"


def _table(text: str, delimiter: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    for record in reader:
        surplus = None in record or None in record.values()
        yield reader.line_num, "not as many columns as the head line" if surplus else dict(record)


IMPORTER = Importer(
    kind="manifest",
    reads="a JSONL, CSV or TSV file with the columns audio and text",
    options={
        "columns": "other names of columns, e.g. {audio: path, text: sentence}",
        "audio_root": "the folder that audio paths are relative to, where it is not the manifest's",
        "raw_rate": "sample rate in Hz of headerless 16-bit PCM (.pcm, .raw); other files keep their own",
    },
    read=read,
)
