"""Item: one thing that models are asked to hear, and what was said in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Item:
    """An utterance of the manifest, or sound that a suite brings itself.

    ``source`` is empty for the manifest's utterance of this id. Else it says how the sound is made: its ``kind`` is a
    file of ``eval_suites/sources``, which knows the other keys (the utterances that a call is joined from, say, and
    where each of them lies). Ids are unique in an evaluation.
    """

    id: str
    text: str
    duration_s: float
    speaker: str | None = None
    call: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)

    @property
    def block(self) -> str:
        """Whose clip it is: the speaker's, else the call's, else its own."""
        return self.speaker or self.call or self.id

    def to_json(self) -> dict[str, Any]:
        """The item as a JSON object, one line of ``utterances.jsonl``."""
        record = asdict(self)
        if not self.source:
            del record["source"]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Item:
        """The reverse of ``to_json``. Raises ``TypeError`` for an unknown field."""
        return cls(**record)
