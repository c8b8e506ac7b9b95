"""Suite: a condition that models are tested under, which utterances it takes, and how it is scored."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from augment import Channel
from eval_suites.materials import replaced
from kowhisper_tel.core.files import fingerprint

METRICS = (
    "cer", "cer_spaces", "cer_raw", "cer_reading", "cer_plain", "wer", "swer", "jer", "spacing_f1",
    "digits_phone", "digits_amount", "digits_date", "digits_code", "hallucination", "loops",
)  # fmt: skip
WINDOW_S = 30.0
"""Whisper hears no more than this at once."""


@dataclass(frozen=True)
class Suite:
    """Utterances heard through one channel.

    ``stratum`` is the headline row it counts towards. ``title`` is shown (``en``, ``ko``). ``selection`` gives the
    tags that an utterance must carry to belong to it (none: all do), and ``longest_s`` the longest it may last, in
    seconds, so that a slowed one still fits Whisper's window. ``conditions`` are the points of later curves, such as
    ``{"codec": "amr-nb-4.75", "loss": 0.05, "snr_db": 5}``. ``unseen`` says that training never heard this condition.
    ``summed`` is false for a selection of clips that another suite already brings to the stratum's total.
    ``materials`` maps sources named in the channel (``folder:…``) to a hash of what they hold, so that neither
    fingerprint nor rendering depends on where a folder lies.
    """

    name: str
    stratum: str
    title: Mapping[str, str]
    channel: Channel
    selection: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[str, ...] = METRICS
    conditions: Mapping[str, float | str] = field(default_factory=dict)
    unseen: bool = False
    summed: bool = True
    longest_s: float = WINDOW_S
    materials: Mapping[str, str] = field(default_factory=dict)

    def takes(self, tags: Mapping[str, str], duration_s: float) -> bool:
        """Whether an utterance with these tags and this duration in seconds belongs to the suite."""
        return duration_s <= self.longest_s and all(tags.get(tag) == value for tag, value in self.selection.items())

    @functools.cached_property
    def rendering(self) -> str:
        """Hash of what the channel does, whatever its name: suites that share it share renderings and hypotheses."""
        return fingerprint(replaced(self.channel.to_json()["effects"], self.materials))

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hash of all that decides the suite's figures: results with different ones are not compared."""
        return fingerprint(
            {
                "rendering": self.rendering,
                "selection": dict(self.selection),
                "longest_s": self.longest_s,
                "metrics": list(self.metrics),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The suite as a JSON object."""
        return {
            "name": self.name,
            "stratum": self.stratum,
            "title": dict(self.title),
            "channel": self.channel.to_json(),
            "selection": dict(self.selection),
            "metrics": list(self.metrics),
            "conditions": dict(self.conditions),
            "unseen": self.unseen,
            "summed": self.summed,
            "longest_s": self.longest_s,
            "materials": dict(self.materials),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Suite:
        """The reverse of ``to_json``; fields with a default may be missing.

        Raises ``TypeError`` for an unknown field, and what ``Channel.from_json`` raises.
        """
        fields = dict(record)
        fields["channel"] = Channel.from_json(fields["channel"])
        if "metrics" in fields:
            fields["metrics"] = tuple(fields["metrics"])
        return cls(**fields)
