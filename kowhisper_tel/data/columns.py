"""Columns: how a table's columns become an utterance's fields. Shared by the importers that read tables."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.entry import Reject

FIELDS = ("id", "audio", "text", "start_s", "end_s", "track", "speaker", "call")
"""Columns that mean a field of the utterance. Any other becomes a tag."""

NEAR = {
    "audio": ("path", "file", "filename", "file_name", "wav", "audio_path", "audio_filepath", "audiopath", "fileNm"),
    "text": ("sentence", "transcript", "transcription", "label", "normalized_text", "script", "raw_text"),
    "start_s": ("start", "begin", "offset", "start_time", "start_ms"),
    "end_s": ("end", "stop", "end_time", "end_ms"),
    "speaker": ("speaker_id", "spk", "client_id", "speakerid"),
    "call": ("call_id", "session", "session_id", "conversation_id"),
}
"""Names that other tools give these columns: proposed, never taken."""

LENGTHS = ("duration_s", "duration")
"""Columns that state how long, in seconds, the labelled stretch lasts. The first of them that is there counts."""
UNTAGGED = (*LENGTHS, "tags")
"""Columns that are no tags; ``tags`` holds tags of its own."""


def field_columns(columns: Iterable[str], named: Mapping[str, str], source: object) -> dict[str, str]:
    """Which column holds which field: ``named`` (the option ``columns``) where it says so, else the field's own name.

    Raises ``UserError``: ``prepare.columns`` (an unknown field is named), ``prepare.column`` (a named column, or
    ``audio`` or ``text``, is not there; the message proposes the near one).
    """
    present = list(columns)
    unknown = [field for field in named if field not in FIELDS]
    if unknown:
        raise UserError("prepare.columns", field=unknown[0], fields=", ".join(FIELDS))
    chosen = {field: named.get(field, field) for field in FIELDS if field in named or field in present}
    for field in ("audio", "text", *named):
        if chosen.get(field) not in present:
            near = next((name for name in NEAR.get(field, ()) if name in present), None)
            hint = f"columns: {{{field}: {near or '…'}}}"
            raise UserError(
                "prepare.column", source=source, column=named.get(field, field), found=", ".join(present), hint=hint
            )
    return chosen


def utterance_fields(record: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """The fields of one record for ``Utterance``: times as floats, the track as int, the rest of the columns as tags.

    Raises ``ValueError``, which says what is wrong, for a time or a track that is no number.
    """
    fields = {field: record.get(column) for field, column in columns.items()}
    fields = {field: value for field, value in fields.items() if not _is_nothing(value)}
    for field, kind in (("start_s", float), ("end_s", float), ("track", int)):
        if field in fields:
            fields[field] = _number(field, fields[field], kind)
    for field in ("id", "speaker", "call"):
        if field in fields:
            if not _is_scalar(fields[field]):
                raise ValueError(f"{field} is no text")
            plain = _plain(fields[field])
            fields[field] = plain if field == "id" else sys.intern(plain)
    found = _own_tags(record.get("tags"))
    taken = {*columns.values(), *UNTAGGED}
    found += [(k, v) for k, v in record.items() if k not in taken and _is_scalar(v)]
    fields["tags"] = _tags(tuple((k, _plain(v)) for k, v in found if not _is_nothing(v)))
    return fields


def row_fields(
    record: Mapping[str, Any], columns: Mapping[str, str], place: str, identity: str
) -> dict[str, Any] | Reject:
    """``utterance_fields`` of a table's row with a text, and an id, ``identity`` where it has none; or the reject.

    Its audio is not among them: that is the importer's.
    """
    try:
        fields = utterance_fields(record, {field: column for field, column in columns.items() if field != "audio"})
        if not isinstance(fields.setdefault("text", ""), str):
            raise ValueError(f"{columns['text']} is no text")
    except ValueError as problem:
        return Reject(place, "prepare.line", {"place": place, "problem": str(problem)}, identity)
    return {"id": identity} | fields


def _own_tags(tags: Any) -> list[tuple[str, Any]]:
    """What a record itself calls tags: an object of texts and numbers. A text is a tag, as in any other column."""
    if not isinstance(tags, Mapping):
        return [("tags", tags)] if _is_scalar(tags) else []
    if not all(_is_scalar(value) or _is_nothing(value) for value in tags.values()):
        raise ValueError("tags is no object of texts")
    return [(str(name), value) for name, value in tags.items()]


@lru_cache(maxsize=1 << 13)
def _tags(pairs: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Tags, the same object for the same ones: millions of lines have few of them between them."""
    return {sys.intern(name): sys.intern(value) for name, value in pairs}


def stated_length(record: Mapping[str, Any]) -> float | None:
    """How long, in seconds, a record says that its stretch lasts; ``None`` where it says nothing that is a length."""
    stated = next((record[name] for name in LENGTHS if not _is_nothing(record.get(name))), None)
    try:
        found = float(stated) if isinstance(stated, str | int | float) and not isinstance(stated, bool) else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) and found > 0 else None


def _is_nothing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _plain(value: Any) -> str:
    return str(value).strip()


def _number(field: str, value: Any, kind: type[float] | type[int]) -> float | int:
    try:
        number = kind(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or (isinstance(value, float) and number != value):  # int(0.5) is another number
        raise ValueError(f"{field} is no number: {value!r}")
    return number
