"""The lines of a manifest: one utterance each, checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.utterance import Utterance


def read(path: Path) -> Iterator[str]:
    """The lines. Raises ``UserError`` (``manifest.encoding``)."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as problem:
        raise UserError("manifest.encoding", path=path, position=problem.start) from None


def parse(line: str | bytes, path: Path, number: int) -> Utterance:
    """Line ``number`` as an utterance. Raises ``UserError``: ``manifest.line``, ``manifest.times``."""
    try:
        record = json.loads(line)
        utterance = Utterance.from_json(record)
    except KeyError as missing:
        raise UserError("manifest.line", path=path, line=number, problem=f"no field {missing}") from None
    except (ValueError, TypeError, AttributeError) as problem:
        raise UserError("manifest.line", path=path, line=number, problem=str(problem)) from None
    for name in ("id", "audio", "text"):
        if not isinstance(getattr(utterance, name), str):
            raise UserError("manifest.line", path=path, line=number, problem=f"{name} is not a string")
    _check_times(utterance, path, number)
    return utterance


def _check_times(utterance: Utterance, path: Path, number: int) -> None:
    start_s, end_s = utterance.start_s, utterance.end_s
    for name, value in (("start_s", start_s), ("end_s", end_s)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0):
            raise UserError("manifest.line", path=path, line=number, problem=f"{name} {value!r} is not a time in s")
    if end_s is not None and end_s <= (start_s or 0.0):
        raise UserError("manifest.times", path=path, line=number, start_s=start_s or 0.0, end_s=end_s)
