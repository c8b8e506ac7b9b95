"""Hypothesis: what one model wrote for one rendering of one utterance."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Segment = tuple[float, float, str]
"""Start and end in seconds, and what was said between them."""
Guess = tuple[str, float]
"""A text and the mean log probability of its tokens."""


@dataclass(frozen=True)
class Transcript:
    """An engine's answer for one clip. What an engine does not know is ``None``.

    ``attempts`` counts decodings (more than one: the loop guard tried again), ``window_s`` is the length in seconds
    of the window that gave the text, and ``finished`` is false where the engine was stopped before the text ended.
    ``nbest`` are the likeliest texts in the engine's order, this text first, and ``segments`` what was said when,
    where asked for. ``missing`` says that there is none for this clip (``text`` is empty then, and all of it counts
    as deleted), which is another thing than a clip in which nothing was heard: ``no_speech`` says by what rule the
    engine took it for one (Whisper's: ``kowhisper_tel.whisper.no_speech``).
    """

    text: str
    avg_logprob: float | None = None
    compression_ratio: float | None = None
    window_s: float | None = None
    attempts: int = 1
    finished: bool = True
    nbest: tuple[Guess, ...] = ()
    segments: tuple[Segment, ...] = ()
    missing: bool = False
    no_speech: str = ""


@dataclass(frozen=True)
class Key:
    """Which model heard which rendering of which utterance."""

    model: str
    rendering: str
    utterance_id: str


@dataclass(frozen=True)
class Hypothesis:
    """A transcript and its key: one line of ``hypotheses.jsonl``."""

    key: Key
    transcript: Transcript

    def to_json(self) -> dict[str, Any]:
        """One flat JSON object; ``nbest``, ``segments`` and ``no_speech`` only where there are any."""
        record = {**asdict(self.key), **asdict(self.transcript)}
        for name in ("missing", "no_speech"):
            if not record[name]:
                del record[name]
        return {name: value for name, value in record.items() if value != ()}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Hypothesis:
        """The reverse of ``to_json``. Raises ``KeyError`` or ``TypeError`` for anything else."""
        rest = dict(record)
        key = Key(rest.pop("model"), rest.pop("rendering"), rest.pop("utterance_id"))
        for name in ("nbest", "segments"):
            if name in rest:
                rest[name] = tuple(tuple(one) for one in rest[name])
        return cls(key, Transcript(**rest))
