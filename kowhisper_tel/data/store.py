"""What ``prepare`` writes: manifests, a ``datasets`` DatasetDict, rejects, the data card; all of it or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import COMPLETE as RECORD
from kowhisper_tel.core.files import fingerprint, mark_complete, write_json, write_lines
from kowhisper_tel.core.manifest import write_utterances
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.card import Placed
from kowhisper_tel.data.intake import Intake
from kowhisper_tel.data.split import SPLITS

INPUTS = "inputs.json"
ROWS_AT_ONCE = 10_000
"""Rows of the DatasetDict that are Python objects at one time; the rest are Arrow's, five times smaller."""

Stored = Callable[[Placed], Utterance]
"""Gives an utterance as it stands in a manifest."""


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill beside ``path``, which takes its name, and an earlier one's place, when the block ends well.

    Raises ``UserError`` ``prepare.foreign`` where ``path`` holds something that ``prepare`` did not write.
    """
    if path.is_dir() and any(path.iterdir()) and not (path / RECORD).is_file():
        raise UserError("prepare.foreign", path=path)
    scratch = path.with_name(f".{path.name}.partial")
    shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
    new = scratch / "new"
    new.mkdir(parents=True)
    try:
        yield new
        if path.is_dir():
            path.rename(scratch / "old")
        new.rename(path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_inputs(folder: Path, inputs: Mapping[str, Any]) -> None:
    """``inputs.json``, a fingerprint of each input, and the record that the folder is complete.

    Recordings are left out of it: FLAC has checksums of its own, which whoever reads one checks.
    """
    write_json(folder / INPUTS, {name: fingerprint(value) for name, value in inputs.items()})
    mark_complete(folder, inputs, (path for path in folder.rglob("*") if path.suffix != ".flac"))


def check_unchanged(folder: Path, inputs: Mapping[str, Any]) -> None:
    """Raise ``UserError`` ``prepare.changed`` where a folder is complete, and say which of its inputs differ now."""
    if not (folder / RECORD).is_file():
        return
    record = folder / INPUTS
    before = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    changed = [name for name, value in inputs.items() if before.get(name) != fingerprint(value)]
    raise UserError("prepare.changed", path=folder, changed=", ".join(changed))


def write_rejects(path: Path, intakes: Sequence[Intake]) -> None:
    """``rejects.jsonl``: source, place, id, code and the message in both languages. No label's text."""
    rejects = ((intake.spec.name, reject) for intake in intakes for reject in intake.rejects)
    write_lines(path, (json.dumps(reject.to_json(source), ensure_ascii=False) for source, reject in rejects))


def stored(new: Path, out: Path) -> Stored:
    """How utterances are written: audio relative to ``out``, which ``new`` becomes.

    Times and track are resolved, unless nobody looked at the audio: then it is cut by them when it is read.
    """
    root = out.resolve()

    @lru_cache(maxsize=4096)
    def relative(folder: str) -> str:
        found = Path(os.path.relpath(Path(folder).resolve(), root)).as_posix()
        return "" if found == "." else f"{found}/"

    def utterance(placed: Placed) -> Utterance:
        found, own = placed.found, placed.utterance
        if found.made:
            audio = found.made.relative_to(new).as_posix()
        else:
            folder, name = os.path.split(own.audio)
            audio = f"{relative(folder)}{name}"
        if found.measures is None:
            return replace(own, audio=audio)
        return replace(own, audio=audio, start_s=None, end_s=None, track=None)

    return utterance


def write_manifests(folder: Path, placed: Sequence[Placed], stored: Stored) -> None:
    """``train.jsonl`` and so on, one for each split that holds something."""
    for split in SPLITS:
        own = (stored(p) for p in placed if p.split == split)
        if any(p.split == split for p in placed):
            write_utterances(folder / f"{split}.jsonl", own)


def write_dataset(folder: Path, root: Path, placed: Sequence[Placed], stored: Stored) -> None:
    """The same as a DatasetDict, for tools that take one; ``audio`` is the recording's absolute path.

    A column of type ``datasets.Audio`` would be stored with a copy of every recording, so that is left to the reader:
    ``load_from_disk(folder).cast_column("audio", Audio())``. ``root`` is what the utterances' paths are relative to.
    Where audio was not looked at, ``start_s``, ``end_s`` and ``track`` say which part of it is meant.
    """
    import datasets
    import pyarrow as pa

    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bar()
    try:
        tags = sorted({tag for p in placed for tag in p.utterance.tags})
        text = datasets.Value("string")
        number = datasets.Value("float64")
        columns = {**dict.fromkeys(["id", "audio", "text", "speaker", "call"], text), "duration_s": number}
        if any(p.measures is None for p in placed):
            columns |= {"start_s": number, "end_s": number, "track": datasets.Value("int64")}
        features = datasets.Features(columns | dict.fromkeys([f"tag_{tag}" for tag in tags], text))
        row = partial(_row, stored, root, tags)
        parts = {split: [p for p in placed if p.split == split] for split in SPLITS}
        made = datasets.DatasetDict({split: _dataset(part, row, features) for split, part in parts.items() if part})
        made.save_to_disk(str(folder))
        made.clear()
        pa.default_memory_pool().release_unused()
    finally:
        if shown:
            datasets.enable_progress_bar()


def _dataset(placed: Sequence[Placed], row: Callable[[Placed], dict[str, Any]], features: Any) -> Any:
    """A Dataset with a fingerprint of what its rows say: ``datasets`` would make one of a second copy of them."""
    import datasets
    import pyarrow as pa

    schema, digest, batches = features.arrow_schema, hashlib.blake2b(digest_size=8), []
    for start in range(0, len(placed), ROWS_AT_ONCE):
        rows = [row(p) for p in placed[start : start + ROWS_AT_ONCE]]
        digest.update(json.dumps(rows, ensure_ascii=False).encode())
        batches.append(pa.RecordBatch.from_pylist(rows, schema=schema))
    return datasets.Dataset(pa.Table.from_batches(batches, schema=schema), fingerprint=digest.hexdigest())


def _row(stored: Stored, root: Path, tags: Sequence[str], placed: Placed) -> dict[str, Any]:
    utterance = stored(placed)
    return {
        "id": utterance.id,
        "audio": os.path.normpath(f"{root}/{utterance.audio}"),
        "text": utterance.text,
        "speaker": utterance.speaker,
        "call": utterance.call,
        "duration_s": placed.duration_s,
        "start_s": utterance.start_s,
        "end_s": utterance.end_s,
        "track": utterance.track,
        **{f"tag_{tag}": utterance.tags.get(tag) for tag in tags},
    }
