"""Parquet shards: tables with a column of recordings (bytes, or paths) and one of labels, as on the hub."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.columns import field_columns, row_fields, stated_length
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.shards import shards
from kowhisper_tel.data.sources import folder_stamps

SUFFIX = ".parquet"
ROWS_AT_ONCE = 1000
GROUPS_HELD = 2
"""Row groups whose recordings are held at a time: neighbours stand in one group."""


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Yield the rows of a file, or of all in a folder in the order of their names; recordings are left where they are.

    Columns are those of a manifest. ``audio`` holds a path relative to the shard, or a struct of ``bytes`` and
    ``path``. Without ``id`` one is made of the shard's name and the row.

    Raises ``UserError``: ``shards.none``, ``shards.broken``, ``prepare.column``, ``prepare.columns``.
    """
    for file, name in shards(str(path), SUFFIX):
        yield from _shard(file, name, options)


def _shard(file: Path, name: str, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
        schema = table.schema_arrow
        columns = field_columns(schema.names, options.get("columns") or {}, file)
        audio = columns["audio"]
        inside = (
            {field.name for field in schema.field(audio).type} if pa.types.is_struct(schema.field(audio).type) else ()
        )
        wanted = [column for column in schema.names if column != audio]
        wanted += [f"{audio}.path"] if "path" in inside else [] if inside else [audio]
        for group in range(table.num_row_groups):
            row = 0
            for batch in table.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=wanted):
                for record in batch.to_pylist():
                    at = (file, name, group, row) if "bytes" in inside else (file, name, group, row, "path")
                    yield _entry(record, columns, at)
                    row += 1
    except (pa.ArrowException, OSError) as problem:
        raise UserError("shards.broken", path=file, problem=str(problem).split("\n")[0][:200]) from None


def _entry(record: dict[str, Any], columns: Mapping[str, str], at: tuple[Any, ...]) -> Entry | Reject:
    file, name, group, row, *as_path = at
    place = f"{name}[{group}][{row}]"
    audio = record.pop(columns["audio"], None)
    identity = f"{Path(name).with_suffix('').as_posix()}-{group:04d}-{row:06d}"
    fields = row_fields(record, columns, place, identity)
    if isinstance(fields, Reject):
        return fields
    lasts_s = None if "end_s" in fields else stated_length(record)
    stored = (audio.get("path") if isinstance(audio, Mapping) else audio) or ""
    if not as_path:
        fetch = partial(_content, file, columns["audio"], group, row, place)
        named = stored if Path(stored).suffix else "recording"
        return Entry(Utterance(**fields, audio=named), place, content=fetch, lasts_s=lasts_s)
    if not isinstance(stored, str) or not stored:
        return Reject(place, "prepare.dataset_audio", {"place": place}, fields["id"])
    return Entry(Utterance(**fields, audio=str(file.parent / stored)), place, lasts_s=lasts_s)


def _content(file: Path, audio: str, group: int, row: int, place: str) -> bytes:
    """A row's recording. Raises ``UserError`` (``shards.member``)."""
    import pyarrow as pa

    try:
        found = _group(file, audio, group)[row]["bytes"].as_py()
    except (pa.ArrowException, OSError) as problem:
        raise UserError("shards.member", place=place, problem=str(problem).split("\n")[0][:200]) from None
    if not found:
        raise UserError("prepare.dataset_audio", place=place)
    return bytes(found)


@functools.lru_cache(maxsize=GROUPS_HELD)
def _group(file: Path, audio: str, group: int) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(file).read_row_group(group, columns=[audio]).column(audio).combine_chunks()


def recognises(files: CorpusFiles) -> int:
    """How many shards there are."""
    return sum(file.name.lower().endswith(SUFFIX) for file in files.files)


IMPORTER = Importer(
    kind="parquet",
    reads="a Parquet file, or a folder of such shards, with the columns audio (bytes or paths) and text",
    options={"columns": "other names of columns, e.g. {text: transcription, speaker: speaker_id}"},
    read=read,
    stamps=folder_stamps,
    recognises=recognises,
)
