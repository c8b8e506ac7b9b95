"""Describe: what a folder holds, which importer fits it, and what that would find. Nothing is written."""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.audio import SUFFIXES, probe
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import STRATA
from kowhisper_tel.data import importers
from kowhisper_tel.data.corpus_files import CorpusFile, CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.metadata import own_split
from kowhisper_tel.data.text_files import decode

SAMPLE = 200
"""Recordings whose headers are read, evenly spread over all; of so many or fewer all are."""
EXAMPLES = 3
MOST_VALUES = 20
"""A tag of more values is only counted."""
MARKS = {"(…)/(…)": ")/(", "…/": "/", "…+": "+", "*": "*", "@": "@", "&": "&"}
"""Marks of the conventions of Korean transcripts, and the text that shows them."""


@dataclass(frozen=True)
class Fit:
    """An importer that recognises a folder, and about how many of its labels it saw."""

    importer: Importer
    labels: int


def fits(files: CorpusFiles) -> list[Fit]:
    """The importers that recognise a folder, the likeliest first."""
    found = [Fit(i, i.recognises(files)) for i in importers.importers().values() if i.recognises]
    return sorted((f for f in found if f.labels), key=lambda f: (-f.importer.rank, -f.labels, f.importer.kind))


def describe(root: Path, *, sample: int = SAMPLE) -> dict[str, Any]:
    """What is in a folder, or in one file, as plain data.

    ``files`` (suffix to count), ``archives`` (read, refused, unread, unpacked), ``importers`` (kind and labels), and of
    the first of these: ``entries``, ``rejects`` (code to count and first places), ``audio`` (see ``_audio``),
    ``speakers``, ``calls``, ``tags``, ``splits``, ``marks``, ``config`` (YAML). Where none fits, ``first_json``.
    Holds no label's text. Raises ``UserError`` ``prepare.folder``.
    """
    files = CorpusFiles.open(root, go_on=True)
    found: dict[str, Any] = {
        "path": str(root),
        "files": dict(Counter(file.suffix or "-" for file in files.files).most_common()),
        "archives": _archives(files),
        "importers": [{"kind": f.importer.kind, "reads": f.importer.reads, "labels": f.labels} for f in fits(files)],
    }
    recordings = list(files.of(*SUFFIXES))
    if not found["importers"]:
        return found | {"audio": _audio(recordings, None, sample), "first_json": _first_json(files)}
    kind = found["importers"][0]["kind"]
    try:
        items = list(importers.get(kind).entries(str(root), {}))
    except UserError as problem:
        return found | {"problem": _said(problem), "audio": _audio(recordings, None, sample)}
    entries = [item for item in items if isinstance(item, Entry)]
    raw_rate = next((entry.raw_rate for entry in entries), None)
    return (
        found
        | _contents(entries)
        | {
            "kind": kind,
            "entries": len(entries),
            "rejects": _rejects([item for item in items if isinstance(item, Reject)]),
            "audio": _audio(recordings, raw_rate, sample),
            "config": _config(kind, root, entries),
        }
    )


def _archives(files: CorpusFiles) -> dict[str, Any]:
    return {
        "read": len({file.file for file in files.files if file.member}),
        "refused": [_said(problem) for problem in files.refused],
        "unread": list(files.unread),
        "unreadable": list(files.unreadable),
        "unpacked": files.unpacked,
    }


def _said(problem: UserError) -> dict[str, str]:
    return {"code": problem.code, "en": problem.text("en"), "ko": problem.text("ko")}


def _contents(entries: Sequence[Entry]) -> dict[str, Any]:
    utterances = [entry.utterance for entry in entries]
    values: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for utterance in utterances:
        for tag, value in utterance.tags.items():
            values[tag][value] += 1
    few = {tag: dict(counts.most_common()) for tag, counts in values.items() if len(counts) <= MOST_VALUES}
    return {
        "speakers": len({u.speaker for u in utterances if u.speaker}),
        "calls": len({u.call for u in utterances if u.call}),
        "no_speaker": sum(u.speaker is None and u.call is None for u in utterances),
        "strata": {tag: few[tag] for tag in STRATA if tag in few},
        "tags": {
            tag: few.get(tag, len(counts)) for tag, counts in values.items() if not {tag} <= few.keys() & {*STRATA}
        },
        "splits": dict(Counter(entry.split or "-" for entry in entries)),
        "own_splits": dict(Counter(entry.split or own_split(entry.place) or "-" for entry in entries)),
        "marks": {mark: n for mark, sign in MARKS.items() if (n := sum(sign in u.text for u in utterances))},
    }


def _rejects(rejects: Iterable[Reject]) -> dict[str, Any]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for reject in rejects:
        places[reject.code].append(reject.place)
    ordered = sorted(places.items(), key=lambda item: (-len(item[1]), item[0]))
    return {code: {"count": len(found), "examples": found[:EXAMPLES]} for code, found in ordered}


def _audio(recordings: Sequence[CorpusFile], raw_rate: int | None, sample: int) -> dict[str, Any]:
    """Recordings, hours, and what the headers of ``probed`` of them say; hours are by size for those not probed."""
    some = recordings[:: max(1, -(-len(recordings) // sample))]
    formats: Counter[str] = Counter()
    seconds = unreadable = size = 0.0
    for recording in some:
        try:
            info = _probe(recording, raw_rate)
        except (UserError, OSError):
            unreadable += 1
            continue
        formats[f"{info.rate_hz} Hz, {info.tracks} ch, {info.format}"] += 1
        seconds += info.duration_s
        size += recording.size
    total = sum(recording.size for recording in recordings) if len(some) < len(recordings) else size
    return {
        "recordings": len(recordings),
        "probed": len(some),
        "hours": round(seconds / 3600 * (total / size), 3) if size else 0.0,
        "formats": dict(formats.most_common()),
        "unreadable": int(unreadable),
    }


def _probe(recording: CorpusFile, raw_rate: int | None) -> Any:
    if recording.in_place:
        return probe(recording.file, raw_rate)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"recording{recording.suffix}"
        file.write_bytes(recording.read())
        return probe(file, raw_rate)


def _first_json(files: CorpusFiles) -> dict[str, Any] | None:
    """The first JSON file and the names of its fields, the nested ones with dots; no values."""
    for file in files.of(".json", ".jsonl"):
        try:
            text = decode(file.read()) or ""
            data = json.loads(text.split("\n")[0] if file.suffix == ".jsonl" else text)
        except (UserError, ValueError, OSError, RecursionError):
            continue
        return {"file": file.name, "fields": _names(data)}
    return None


def _names(data: Any, prefix: str = "", deep: int = 4) -> list[str]:
    if isinstance(data, list):
        return _names(data[0], f"{prefix}[].".replace(".[]", "[]"), deep) if data and deep else [f"{prefix}[]"]
    if not isinstance(data, dict) or not deep:
        return [prefix.rstrip(".")] if prefix else []
    return [name for key, value in data.items() for name in _names(value, f"{prefix}{key}.", deep - 1)]


def _config(kind: str, root: Path, entries: Sequence[Entry]) -> str:
    """The lines of a config that read this folder."""
    import yaml

    data: dict[str, Any] = {"corpora": [{"kind": kind, "path": str(root.resolve())}]}
    alone = any(e.utterance.speaker is None and e.utterance.call is None and e.split is None for e in entries)
    if alone:
        data["split_by"] = "utterance"
    return yaml.safe_dump({"data": data}, allow_unicode=True, sort_keys=False, width=10_000)
