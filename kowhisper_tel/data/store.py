"""What ``prepare`` writes: manifests, a ``datasets`` DatasetDict, rejects, the data card; all of it or nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, mark_complete, write_json, write_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.card import Placed
from kowhisper_tel.data.intake import Intake
from kowhisper_tel.data.split import SPLITS

RECORD = "complete.json"
INPUTS = "inputs.json"


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
    """``inputs.json``, a fingerprint of each input, and the record that the folder is complete."""
    write_json(folder / INPUTS, {name: fingerprint(value) for name, value in inputs.items()})
    mark_complete(folder, inputs)


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


def write_manifests(folder: Path, placed: Sequence[Placed]) -> list[str]:
    """``train.jsonl`` and so on, one for each split that holds something; their names."""
    present = [split for split in SPLITS if any(p.split == split for p in placed)]
    for split in present:
        utterances = tuple(p.utterance for p in placed if p.split == split)
        Manifest(folder, utterances).write(folder / f"{split}.jsonl")
    return present


def write_dataset(folder: Path, root: Path, placed: Sequence[Placed]) -> None:
    """The same as a DatasetDict, for tools that take one; ``audio`` is the recording's absolute path.

    A column of type ``datasets.Audio`` would be stored with a copy of every recording, so that is left to the reader:
    ``load_from_disk(folder).cast_column("audio", Audio())``. ``root`` is what the utterances' paths are relative to.
    """
    import datasets

    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bar()
    try:
        tags = sorted({tag for p in placed for tag in p.utterance.tags})
        text = datasets.Value("string")
        columns = ["id", "audio", "text", "speaker", "call", *(f"tag_{tag}" for tag in tags)]
        features = datasets.Features({**dict.fromkeys(columns, text), "duration_s": datasets.Value("float64")})
        parts = {split: [_row(p, root, tags) for p in placed if p.split == split] for split in SPLITS}
        made = {s: datasets.Dataset.from_list(rows, features=features) for s, rows in parts.items() if rows}
        datasets.DatasetDict(made).save_to_disk(str(folder))
    finally:
        if shown:
            datasets.enable_progress_bar()


def _row(placed: Placed, root: Path, tags: Iterable[str]) -> dict[str, Any]:
    utterance = placed.utterance
    return {
        "id": utterance.id,
        "audio": os.path.normpath(root / utterance.audio),
        "text": utterance.text,
        "speaker": utterance.speaker,
        "call": utterance.call,
        "duration_s": placed.duration_s,
        **{f"tag_{tag}": utterance.tags.get(tag) for tag in tags},
    }
