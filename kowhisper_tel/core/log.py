"""What is told on standard error: lines for people, or on request one JSON object a line (``--log-json``).

A record has ``time`` (ISO 8601, UTC), ``level`` (``info``, ``warning``, ``error``) and ``message``; progress has
``event: progress``, ``stage``, ``done`` and ``total``; an error has ``code`` and ``exit``. No record holds what is said
in a recording.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

FLAG = "--log-json"

_records: TextIO | None = None
"""Where records go; ``None`` while people read."""


class _Lines(io.TextIOBase):
    """Stands in for ``sys.stderr``: what libraries write there becomes a record a line."""

    def __init__(self) -> None:
        self._begun = ""

    def write(self, text: str) -> int:
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            if line.strip():
                record("info", line.rstrip("\r"), source="stderr")
        return len(text)

    def writable(self) -> bool:
        return True


def as_json() -> None:
    """From here on this process tells everything as records on standard error, other libraries' lines included."""
    global _records
    if _records is None:
        _records = sys.stderr
        sys.stderr = _Lines()


def wanted() -> bool:
    """Whether records are told, and not lines."""
    return _records is not None


def record(level: str, message: str, **facts: Any) -> None:
    """Tell one record. Without ``as_json`` the message alone, as a line."""
    if _records is None:
        print(message, file=sys.stderr, flush=True)
        return
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {"time": time, "level": level, "message": message, **facts}
    print(json.dumps(told, ensure_ascii=False, default=str), file=_records, flush=True)
