"""WebDataset: tar shards in which files of one key stand together: ``0001.wav``, ``0001.txt`` or ``0001.json``.

The convention is https://github.com/webdataset/webdataset's: a key is a path up to the first dot of its last part.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import RAW_SUFFIXES, SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.columns import field_columns, row_fields, stated_length
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.shards import shards
from kowhisper_tel.data.sources import folder_stamps
from kowhisper_tel.data.text_files import decode

SUFFIX = ".tar"
SOUNDS = frozenset(SUFFIXES) - frozenset(RAW_SUFFIXES)
MOST_LABEL_BYTES = 1 << 20


@dataclass
class _Sample:
    """What stands under one key: place and size of the recordings, texts of the labels, and what is none of these."""

    key: str
    sounds: dict[str, tuple[int, int]] = field(default_factory=dict)
    labels: dict[str, bytes] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Yield the samples of a shard, or of all in a folder in the order of their names; nothing is unpacked.

    A sample has one recording and a label: ``.txt``, or ``.json`` with the columns of a manifest (but ``audio``). Its
    id is the key, unless the JSON has one. Anything else under a key (a link, another recording) makes it a reject.

    Raises ``UserError``: ``shards.none``, ``shards.broken`` (no tar, packed, or cut short), ``prepare.columns``.
    """
    for file, name in shards(str(path), SUFFIX):
        for sample in _samples(file):
            yield _entry(sample, file, f"{name}: {sample.key}", options)


def _samples(file: Path) -> Iterator[_Sample]:
    sample: _Sample | None = None
    try:
        with tarfile.open(file, "r:") as tar:
            while member := tar.next():
                tar.members = []  # type: ignore[attr-defined]  # else all headers of a shard are held
                if member.isdir():
                    continue
                folder, _, last = member.name.rpartition("/")
                stem, dot, suffix = last.partition(".")
                key = f"{folder}/{stem}" if folder else stem
                if sample is None or sample.key != key:
                    if sample:
                        yield sample
                    sample = _Sample(key)
                _add(sample, tar, member, f"{dot}{suffix}".lower())
            _check_end(file, tar)
    except (tarfile.TarError, OSError, EOFError) as problem:
        raise UserError("shards.broken", path=file, problem=str(problem)[:200]) from None
    if sample:
        yield sample


def _check_end(file: Path, tar: tarfile.TarFile) -> None:
    """A tar ends in blocks of zeros: one that was cut off at a member's end would look whole without."""
    if file.stat().st_size < tar.offset:
        raise tarfile.ReadError("cut short")


def _add(sample: _Sample, tar: tarfile.TarFile, member: tarfile.TarInfo, suffix: str) -> None:
    if not member.isreg() or member.issparse():
        sample.strange.append(suffix)
    elif suffix in SOUNDS:
        sample.sounds[suffix] = (member.offset_data, member.size)
    elif suffix in (".txt", ".json") and member.size <= MOST_LABEL_BYTES:
        found = tar.extractfile(member)
        sample.labels[suffix] = found.read() if found else b""


def _entry(sample: _Sample, file: Path, place: str, options: Mapping[str, Any]) -> Entry | Reject:
    if len(sample.sounds) != 1 or not sample.labels or sample.strange:
        facts = {"place": place, "sounds": len(sample.sounds), "labels": len(sample.labels)}
        return Reject(place, "shards.sample", facts, sample.key)
    (suffix, (offset, size)) = next(iter(sample.sounds.items()))
    try:
        record = _record(sample)
        named = options.get("columns") or {}
        columns = field_columns([*record, "audio"], named, place)
    except ValueError as problem:
        return Reject(place, "prepare.line", {"place": place, "problem": str(problem)}, sample.key)
    except UserError as problem:
        if problem.code != "prepare.column":
            raise
        return Reject(place, problem.code, problem.facts, sample.key)
    fields = row_fields(record, columns, place, sample.key)
    if isinstance(fields, Reject):
        return fields
    fetch = partial(_content, file, offset, size, place)
    lasts_s = None if "end_s" in fields else stated_length(record)
    return Entry(Utterance(**fields, audio=f"{sample.key}{suffix}"), place, content=fetch, lasts_s=lasts_s)


def _record(sample: _Sample) -> dict[str, Any]:
    """What the labels say; a text of its own goes before that of the JSON."""
    record: Any = json.loads(sample.labels[".json"]) if ".json" in sample.labels else {}
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    record.pop("audio", None)
    if ".txt" in sample.labels:
        text = decode(sample.labels[".txt"])
        if text is None:
            raise ValueError("neither UTF-8 nor cp949")
        record["text"] = text.strip()
    return record


def _content(file: Path, offset: int, size: int, place: str) -> bytes:
    """A recording out of its shard. Raises ``UserError`` (``shards.member``)."""
    try:
        with file.open("rb") as shard:
            shard.seek(offset)
            found = shard.read(size)
    except OSError as problem:
        raise UserError("shards.member", place=place, problem=problem.strerror or problem) from None
    if len(found) < size:
        raise UserError("shards.member", place=place, problem=f"{size - len(found)} bytes short")
    return found


def recognises(files: CorpusFiles) -> int:
    """1 for a tar that is named itself: in folders tars are more often than not something packed."""
    return int(files.root.is_file() and files.root.suffix.lower() == SUFFIX)


IMPORTER = Importer(
    kind="webdataset",
    reads="a tar shard of WebDataset, or a folder of them: recordings with .txt or .json of the same key",
    options={"columns": "other names of the JSON's fields, e.g. {text: transcription}"},
    read=read,
    stamps=folder_stamps,
    recognises=recognises,
)
