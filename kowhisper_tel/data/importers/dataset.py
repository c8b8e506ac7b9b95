"""A data set of Hugging Face ``datasets``: a folder made by ``save_to_disk``, or a hub id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import MAGIC
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.columns import field_columns, row_fields, stated_length
from kowhisper_tel.data.corpus_files import CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.sources import folder_stamps

SPLITS = {"train": "train", "dev": "dev", "validation": "dev", "valid": "dev", "eval": "dev", "test": "test"}
"""What the data set's own splits are called here."""


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """Yield the rows of a data set, audio not decoded.

    Its own splits (train, validation, test) are kept unless ``keep_splits: false``. Ids are made from split and row,
    because ``id`` columns of public sets are often not unique; ``columns: {id: …}`` names one that is. The hub is asked
    only where ``path`` is no folder.

    Raises ``UserError``: ``prepare.dataset``, ``prepare.dataset_split``, ``prepare.column``, ``prepare.columns``.
    """
    name = str(path)
    parts = _load(name, options)
    for split, rows in _used(parts, options.get("use"), name).items():
        named = options.get("columns") or {}
        columns = field_columns(rows.column_names, named, name)
        if "id" not in named:
            columns.pop("id", None)
        own = SPLITS.get(split) if options.get("keep_splits", True) else None
        rows = _undecoded(rows, columns["audio"])
        labels = {c: f for c, f in rows.features.items() if hasattr(f, "int2str")}
        for index in range(len(rows)):
            place = f"{Path(name).name}[{split}][{index}]"
            yield _entry(rows, index, columns, labels, place, f"{Path(name).name}-{split}-{index:06d}", own, Path(name))


def _load(name: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    import datasets

    try:
        if Path(name).is_dir():
            loaded = datasets.load_from_disk(name)
        else:
            loaded = datasets.load_dataset(name, options.get("config"))
    except Exception as problem:  # the library's and the network's errors have no common base
        raise UserError("prepare.dataset", path=name, problem=str(problem).split("\n")[0][:300]) from None
    return loaded if isinstance(loaded, Mapping) else {str(loaded.split or "all"): loaded}


def _used(parts: Mapping[str, Any], use: str | list[str] | None, name: str) -> dict[str, Any]:
    wanted = list(parts) if use is None else [use] if isinstance(use, str) else use
    for split in wanted:
        if split not in parts:
            raise UserError("prepare.dataset_split", path=name, split=split, found=", ".join(parts))
    return {split: parts[split] for split in wanted}


def _undecoded(rows: Any, column: str) -> Any:
    """The rows with recordings as paths and bytes: datasets itself would decode them, and only with torchcodec."""
    import datasets

    if isinstance(rows.features[column], datasets.Audio):
        return rows.cast_column(column, datasets.Audio(decode=False))
    return rows


def _entry(
    rows: Any,
    index: int,
    columns: Mapping[str, str],
    labels: Mapping[str, Any],
    place: str,
    identity: str,
    split: str | None,
    root: Path,
) -> Entry | Reject:
    record = dict(rows[index])
    for column, feature in labels.items():
        record[column] = feature.int2str(record[column]) if record[column] not in (None, -1) else None
    audio = record.pop(columns["audio"])
    if "id" not in columns:
        record.pop("id", None)  # not unique, and no stratum
    fields = row_fields(record, columns, place, identity)
    if isinstance(fields, Reject):
        return fields
    stored = audio if isinstance(audio, Mapping) else {"path": audio}
    file, content = stored.get("path"), stored.get("bytes")
    if content:
        name = file if file and Path(file).suffix else f"recording{MAGIC.get(content[:4], '.m4a')}"
        fetch = partial(_content, rows, index, columns["audio"])
        return Entry(Utterance(**fields, audio=name), place, split, content=fetch)
    if not isinstance(file, str) or not file:
        return Reject(place, "prepare.dataset_audio", {"place": place}, fields["id"])
    lasts_s = None if "end_s" in fields else stated_length(record)
    return Entry(Utterance(**fields, audio=str(root / file)), place, split, lasts_s=lasts_s)


def recognises(files: CorpusFiles) -> int:
    """1 for a folder made by ``save_to_disk``."""
    return int(any(file.name in ("dataset_dict.json", "dataset_info.json") for file in files.files))


def _content(rows: Any, index: int, column: str) -> bytes:
    return bytes(rows[index][column]["bytes"])


IMPORTER = Importer(
    kind="dataset",
    reads="a folder saved by datasets' save_to_disk, or a hub id",
    options={
        "config": "the data set's configuration on the hub",
        "use": "its split, or a list of them, to read (default: all)",
        "keep_splits": "false: divide it anew, whatever its own splits are (default: true)",
        "columns": "other names of columns, e.g. {text: transcription, speaker: speaker_id}",
    },
    read=read,
    stamps=folder_stamps,
    recognises=recognises,
    rank=1,
)
