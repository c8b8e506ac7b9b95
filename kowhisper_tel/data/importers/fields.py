"""Any other corpus of label files (JSON, JSON lines, CSV, TSV), by a layout that the user writes: field by field.

::

    labels: .json                     # .json, .jsonl, .csv or .tsv, or a pattern of paths: "라벨/*.json"
    records: calls[].turns[]          # where the records stand; left out: each file is one, or a list of them
    audio: "{@folder}/{file}.wav"     # a field, or text with fields in braces (see ``field_paths``)
    text: said                        # or text_file: the path of a file that holds the text
    written: script                   # the same in writing, where the corpus has both
    id: "{^.id}/{number}"             # one of its own for every record (left out: the audio's path)
    speaker: "{^.id}/{who}"
    call: ^.id
    track: channel
    start_ms: from                    # or start_s; likewise end_ms or end_s
    end_ms: to
    lasts_s: seconds                  # how long the recording should last: one that ends before is refused
    tags: {gender: "speakers[id=who].sex", region: $.info.area}
    notation: aihub                   # how the text is transcribed (default: plain)
    raw_rate: 8000                    # of recordings without a header, in Hz

A record may lack ``speaker``, ``call``, ``written``, ``lasts`` and tags; whatever else it lacks makes it a reject.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

from kowhisper_tel.core import yaml_text
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import sha256
from kowhisper_tel.data import tables
from kowhisper_tel.data.corpus_files import CorpusFile, CorpusFiles
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.field_paths import Record, is_path, paths, records
from kowhisper_tel.data.importers import Importer
from kowhisper_tel.data.labelled import KEEP_SPLITS, Label, Layout, Stretch, lines, walk
from kowhisper_tel.data.metadata import tags
from kowhisper_tel.data.sources import Stamp, folder_stamps
from kowhisper_tel.data.text_files import read_text
from kowhisper_tel.korean.notation import NOTATIONS

TEXTS = ("audio", "text", "text_file", "id", "speaker", "call", "written")
TIMES = ("start", "end", "lasts")
FIELDS = (*TEXTS, "track", *(f"{time}_{unit}" for time in TIMES for unit in ("s", "ms")))
SETTINGS = ("labels", "records", "tags", "notation", "raw_rate")
OPTIONAL = ("speaker", "call", "written", "lasts_s", "lasts_ms")


def _json_lines(text: str) -> list[Any]:
    return [_json_line(line.text) for line in lines(text)]


def _json_line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None  # a record without fields: refused, and told by its number


PARSERS: Mapping[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".jsonl": _json_lines,
    ".csv": partial(tables.records, delimiter=","),
    ".tsv": tables.records,
}
"""How label files of each ending are parsed."""


def read(path: str | None, options: Mapping[str, Any]) -> Iterator[Entry | Reject]:
    """The records of a corpus by the option ``layout``: a mapping, or the path of a YAML file that holds one.

    Raises ``UserError``: ``fields.*`` (what is wrong with the layout), ``prepare.folder``, ``archive.*``.
    """
    layout = _checked(options.get("layout"))
    pattern, ending = _pattern(layout.get("labels", ".json"))

    def is_label(file: CorpusFile) -> bool:
        return fnmatchcase(file.name, pattern)

    yield from walk(
        Layout(
            kind="fields",
            stretches=partial(_records, layout.get("records", "")),
            stretch=partial(_stretch, layout),
            suffixes=(ending,),
            is_label=is_label,
            parse=PARSERS[ending],
            unit="record",
            notation=layout.get("notation", "plain"),
            raw_rate=layout.get("raw_rate"),
            cuts=True,
        ),
        CorpusFiles.open(Path(str(path))),
        options,
    )


def stamps(path: str, options: Mapping[str, Any]) -> Iterator[Stamp | str]:
    """The stamps of the corpus's files, and the contents of the layout's."""
    yield from folder_stamps(path, options)
    file = Path(str(options.get("layout")))
    if isinstance(options.get("layout"), str) and file.is_file():
        yield sha256(file)


def _checked(given: object) -> Mapping[str, Any]:
    """The layout, if there is nothing wrong with it."""
    layout = _read(given) if isinstance(given, str) else given
    if not isinstance(layout, Mapping):
        raise UserError("fields.none", given=given if isinstance(given, str) else "layout")
    known = (*FIELDS, *SETTINGS)
    for key in layout:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1, 0.5)
            raise UserError("fields.key", key=key, near=near[0] if near else "-", known=", ".join(known))
    for one, other in (("text", "text_file"), *((f"{time}_s", f"{time}_ms") for time in TIMES)):
        if one in layout and other in layout:
            raise UserError("fields.both", one=one, other=other)
    if "audio" not in layout or not {"text", "text_file"} & layout.keys():
        raise UserError("fields.needs")
    _check_values(layout)
    return layout


def _read(name: str) -> Any:
    file = Path(name)
    if not file.is_file():
        raise UserError("fields.missing", path=name)
    try:
        return yaml_text.parse(read_text(file))
    except yaml_text.BrokenYamlError as problem:
        raise UserError("fields.yaml", path=name, problem=problem) from None


def _check_values(layout: Mapping[str, Any]) -> None:
    named = layout.get("tags", {})
    if not isinstance(named, Mapping):
        raise UserError("fields.value", key="tags", value=named)
    templates = {name: layout[name] for name in FIELDS if name in layout}
    for key, template in (templates | {f"tags.{name}": path for name, path in named.items()}).items():
        if not isinstance(template, str) or not all(map(is_path, paths(template))):
            raise UserError("fields.path", key=key, path=template)
    where = layout.get("records", "")
    if not isinstance(where, str) or not all(is_path(part.strip(".")) for part in where.split("[]") if part.strip(".")):
        raise UserError("fields.path", key="records", path=where)
    rate, notation = layout.get("raw_rate", 8000), layout.get("notation", "plain")
    if not isinstance(rate, int) or isinstance(rate, bool) or rate <= 0:
        raise UserError("fields.value", key="raw_rate", value=rate)
    if notation not in NOTATIONS:
        raise UserError("notation.unknown", name=notation, known=", ".join(NOTATIONS))


def _pattern(labels: object) -> tuple[str, str]:
    """The pattern of the label files' paths, and their ending."""
    name = labels if isinstance(labels, str) else ""
    ending = next((ending for ending in PARSERS if name.lower().endswith(ending)), None)
    if ending is None:
        raise UserError("fields.labels", labels=labels, known=", ".join(PARSERS))
    return f"*{name}" if name == ending else f"*{name.removeprefix('*')}", ending


def _records(path: str, label: Label) -> Sequence[Record]:
    folder, _, name = label.file.name.rpartition("/")
    file = {"@stem": name.rpartition(".")[0], "@folder": folder.rpartition("/")[2], "@path": label.file.name}
    is_list = isinstance(label.data, list) and not path.startswith("[]")
    return list(records(label.data, f"[].{path}".rstrip(".") if is_list else path, file))


def _stretch(layout: Mapping[str, Any], label: Label, record: Record) -> Stretch:
    del label
    fields: dict[str, Any] = {}
    for name in FIELDS:
        if name in layout and (value := _value(record, layout[name], name in OPTIONAL)) is not None:
            fields[name] = value
    for name in TIMES:
        if f"{name}_ms" in fields:
            fields[f"{name}_s"] = float(fields.pop(f"{name}_ms")) / 1000.0
        elif f"{name}_s" in fields:
            fields[f"{name}_s"] = float(fields[f"{name}_s"])
    if "track" in fields:
        fields["track"] = int(fields["track"])
    found = {name: _value(record, path, True) for name, path in layout.get("tags", {}).items()}
    return Stretch(**fields, tags=tags({}, **found))


def _value(record: Record, template: str, is_optional: bool) -> str | None:
    try:
        return record.fill(template) or (None if is_optional else "")
    except KeyError:
        if is_optional and record.missing is None:
            return None
        raise


IMPORTER = Importer(
    kind="fields",
    reads="a folder of label files in JSON, JSON lines, CSV or TSV, and of recordings, laid out in any way",
    options={
        "layout": "which fields hold the audio, the text and the rest: a mapping, or the path of a YAML file",
        KEEP_SPLITS: "true: keep the parts that folders are called by (train, validation, test; default: false)",
    },
    read=read,
    stamps=stamps,
)
