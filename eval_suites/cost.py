"""Cost: what it takes to hear speech with a model, measured with nothing else at work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

COSTS = "costs.jsonl"


@dataclass(frozen=True)
class Cost:
    """One model, as it was opened in a process of its own. What could not be measured is ``None``.

    ``audio_s`` of clips were decoded in ``decode_s``; ``load_s`` is opening the model, ``peak_bytes`` the most memory
    that its process held (on a GPU: that the device gave it), ``disk_bytes`` what its files take. ``threads`` is as
    asked for; 0 leaves the number to the engine.
    """

    model: str
    audio_s: float
    decode_s: float
    load_s: float
    peak_bytes: int | None
    disk_bytes: int | None
    device: str
    threads: int

    @property
    def seconds_per_second(self) -> float:
        """Seconds of work for a second of audio; below 1 is faster than real time."""
        return self.decode_s / self.audio_s

    def to_json(self) -> dict[str, Any]:
        """One line of ``costs.jsonl``."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Cost:
        """The reverse of ``to_json``. Raises ``TypeError`` for an unknown field."""
        return cls(**record)
