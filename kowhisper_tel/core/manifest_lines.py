"""The lines of a manifest: one utterance each, checked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance


def read(path: Path) -> Iterator[str]:
    """The lines. Raises ``UserError`` (``manifest.encoding``)."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as problem:
        raise UserError("manifest.encoding", path=path, position=problem.start) from None


def record(line: str | bytes) -> dict[str, Any]:
    r"""The JSON object of a line.

    Raises ``ValueError``, which says what is wrong: no JSON, no object, nested too deeply, or half of a surrogate pair
    (``"\ud800"``), which is no character and can be written to no file.
    """
    try:
        found = json.loads(line)
    except RecursionError:
        raise ValueError("not JSON (nested too deeply)") from None
    except ValueError as problem:
        raise ValueError(f"not JSON ({problem})") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    if (b"\\u" if isinstance(line, bytes) else "\\u") in line:  # type: ignore[operator]
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("half of a surrogate pair, which is no character") from None
    return found


def parse(line: str | bytes, path: Path, number: int) -> Utterance:
    """Line ``number`` as an utterance. Raises ``UserError``: ``manifest.line``, ``manifest.times``."""
    try:
        utterance = Utterance.from_json(record(line))
        _check_kinds(utterance)
    except KeyError as missing:
        raise UserError("manifest.line", path=path, line=number, problem=f"no field {missing}") from None
    except (ValueError, TypeError) as problem:
        raise UserError("manifest.line", path=path, line=number, problem=str(problem)) from None
    _check_times(utterance, path, number)
    return utterance


def _check_kinds(utterance: Utterance) -> None:
    for name in ("id", "audio", "text"):
        if not isinstance(getattr(utterance, name), str):
            raise ValueError(f"{name} is not a string")
    for name in ("id", "audio"):
        if not getattr(utterance, name).strip():
            raise ValueError(f"{name} is empty")
    if "\0" in utterance.audio:
        raise ValueError("audio holds a NUL, which no path has")
    for name in ("speaker", "call", "written"):
        if not isinstance(getattr(utterance, name), str | None):
            raise ValueError(f"{name} is not a string")
    track, tags = utterance.track, utterance.tags
    if track is not None and (isinstance(track, bool) or not isinstance(track, int) or track < 0):
        raise ValueError(f"track {track!r} is not a channel's number, counted from 0")
    if not isinstance(tags, Mapping) or not all(isinstance(value, str) for value in tags.values()):
        raise ValueError("tags is not an object of strings")


def _check_times(utterance: Utterance, path: Path, number: int) -> None:
    start_s, end_s = utterance.start_s, utterance.end_s
    for name, value in (("start_s", start_s), ("end_s", end_s)):
        if value is not None and not _is_time(value):
            raise UserError("manifest.line", path=path, line=number, problem=f"{name} {value!r} is not a time in s")
    if end_s is not None and end_s <= (start_s or 0.0):
        raise UserError("manifest.times", path=path, line=number, start_s=start_s or 0.0, end_s=end_s)


def _is_time(value: object) -> bool:
    """Seconds from a file's beginning: a number that is finite, also as a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value) and value >= 0
    except OverflowError:
        return False
