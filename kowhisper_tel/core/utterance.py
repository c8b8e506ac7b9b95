"""Utterance: one labelled stretch of one audio file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STRATA = ("gender", "age", "region", "role", "noise", "network")
"""Tags that reports know by name. A manifest may carry any others beside them."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One labelled stretch of one file.

    ``audio`` is a path, relative to the manifest that holds the utterance. ``start_s`` and ``end_s``
    are seconds from the beginning of that file (both ``None``: the whole file); ``track`` is the
    channel, counted from 0 (``None``: the file is mono, or its channels are averaged). ``text`` is the
    label as spoken, ``written`` the same in writing where the corpus has both (공일공 … and 010-…).
    ``tags`` holds strata (see ``STRATA``) and whatever else the corpus says.
    """

    id: str
    audio: str
    text: str
    start_s: float | None = None
    end_s: float | None = None
    track: int | None = None
    speaker: str | None = None
    call: str | None = None
    written: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The utterance as a JSON object; fields that say nothing are left out."""
        record: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        record["tags"] = dict(self.tags)
        return {key: value for key, value in record.items() if value is not None and value != {}}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Utterance:
        """The reverse of ``to_json``.

        Raises ``KeyError`` where ``id``, ``audio`` or ``text`` is missing and ``TypeError`` for an unknown field.
        """
        missing = [name for name in ("id", "audio", "text") if name not in record]
        if missing:
            raise KeyError(missing[0])
        return cls(**record)
