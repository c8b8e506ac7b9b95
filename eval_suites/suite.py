"""Suite: a condition that models are tested under, which utterances it takes, and how it is scored."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

from augment import Channel, Mixture
from eval_suites.item import Item
from eval_suites.materials import replaced
from kowhisper_tel.core.files import fingerprint

METRICS = (
    "cer", "cer_spaces", "cer_raw", "cer_reading", "cer_plain", "wer", "swer", "jer", "spacing_f1",
    "digits_phone", "digits_amount", "digits_date", "digits_code", "hallucination", "loops",
)  # fmt: skip
WINDOW_S = 30.0
"""Whisper hears no more than this at once."""
CONDITIONS: Mapping[str, tuple[type, str]] = {
    "codec": (str, "names of augment.codecs, in the order of the hops, joined by +"),
    "codec_family": (str, "the codec without its bit rate: amr-nb, opus-wb; joined as the names are"),
    "bitrate_kbps": (float, "the lowest bit rate on the way"),
    "hops": (float, "codecs in a row; 2 or more is a tandem"),
    "loss": (float, "share of packets lost, 0 to 1"),
    "loss_kind": (str, "random or bursts; absent where nothing is lost"),
    "mean_burst": (float, "packets lost in a row, on average, where they are lost in bursts"),
    "preset": (str, "a preset of augment"),
    "snr_db": (float, "active speech level over the noise's RMS level"),
    "noise": (str, "the noise: a synthetic one, or a file's or folder's own name; several are joined by +"),
    "place": (str, "where the noise is: microphone (before the codec) or line (behind it)"),
    "rt60_s": (float, "reverberation time"),
    "distance_m": (float, "from the mouth to the microphone"),
    "rate": (float, "speaking rate over the speaker's own"),
    "semitones": (float, "pitch over the speaker's own"),
    "formants": (float, "formants over the speaker's own, as a factor"),
    "voice": (str, "child, breathy, hoarse or cold"),
    "number": (str, "the kind of number that is said: phone, amount, date or code"),
}
"""The axes of curves and tables: what ``Suite.conditions`` may hold, beside tags of the manifest (a selection's)."""


@dataclass(frozen=True)
class Suite:
    """Utterances heard through one channel, or each through one of a mixture.

    ``stratum`` is the headline row it counts towards. ``title`` is shown (``en``, ``ko``). ``selection`` gives the
    tags that an utterance must carry to belong to it (none: all do), ``unless`` those of which it must carry none,
    ``content`` a kind of number that must be said in it (``numbers.KINDS``), and ``longest_s`` the longest it may
    last, in seconds, so that a slowed one still fits Whisper's window (``over_s``: it must last longer than that, for
    whole calls). Of these ``sample`` takes so many (``None``: all), speaker by speaker in turn, always the same ones; a
    larger sample holds a smaller. A suite with ``items`` of its own takes these instead. ``decoding`` are decoding
    options that the condition asks for (``{"timestamps": True}``). ``conditions`` are the points of later curves, in
    the words of ``CONDITIONS``: ``{"codec": "amr-nb-4.75", "loss": 0.05, "snr_db": 5}``. ``unseen`` says that training
    never heard this condition. ``summed`` is false for a selection of clips that another suite already brings to the
    stratum's total. ``materials`` maps sources named in the channel (``folder:…``) to a hash of what they hold, so that
    neither fingerprint nor rendering depends on where a folder lies.
    """

    name: str
    stratum: str
    title: Mapping[str, str]
    channel: Channel | Mixture
    selection: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[str, ...] = METRICS
    conditions: Mapping[str, float | str] = field(default_factory=dict)
    unseen: bool = False
    summed: bool = True
    longest_s: float = WINDOW_S
    materials: Mapping[str, str] = field(default_factory=dict)
    unless: Mapping[str, str] = field(default_factory=dict)
    content: str = ""
    sample: int | None = None
    items: tuple[Item, ...] = ()
    decoding: Mapping[str, Any] = field(default_factory=dict)
    over_s: float = 0.0

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that an utterance may go through."""
        if isinstance(self.channel, Mixture):
            return tuple(channel for _, channel in self.channel.parts)
        return (self.channel,)

    def takes(self, item: Item) -> bool:
        """Whether an item of the manifest may belong to the suite."""
        return self.over_s < item.duration_s <= self.longest_s and self.wants(item)

    def is_too_long(self, item: Item) -> bool:
        """Whether an item of the manifest belongs to the suite but for its length."""
        return not self.items and not item.source and item.duration_s > self.longest_s and self.wants(item)

    def wants(self, item: Item) -> bool:
        """Whether an item of the manifest belongs to the suite, however long it lasts."""
        return (
            all(item.tags.get(tag) == value for tag, value in self.selection.items())
            and not any(item.tags.get(tag) == value for tag, value in self.unless.items())
            and (not self.content or _says(item.text, self.content))
        )

    def pick(self, items: Sequence[Item]) -> list[Item]:
        """The suite's own items, or those of the manifest's that it takes, in their order."""
        if self.items:
            return list(self.items)
        taken = [item for item in items if not item.source and self.takes(item)]
        if self.sample is None or self.sample >= len(taken):
            return taken
        chosen = {item.id for item in _in_turn(taken)[: self.sample]}
        return [item for item in taken if item.id in chosen]

    @property
    def wanted(self) -> str:
        """What an utterance must be like to belong to the suite, in signs: ``gender = F, real_phone ≠ yes, ≤ 21 s``."""
        signs = [f"{tag} = {value}" for tag, value in self.selection.items()]
        signs += [f"{tag} ≠ {value}" for tag, value in self.unless.items()]
        signs += [f"content = {self.content}"] if self.content else []
        signs += [f"> {self.over_s:g} s"] if self.over_s else []
        return ", ".join([*signs, f"≤ {self.longest_s:g} s"])

    @functools.cached_property
    def sound(self) -> str:
        """Hash of what the channel does, whatever its name: suites that share it share renderings."""
        return fingerprint(replaced(_without_names(self.channel), self.materials))

    @functools.cached_property
    def rendering(self) -> str:
        """Hash of the sound and of the decoding options asked for: suites that share it share hypotheses."""
        return fingerprint({"sound": self.sound, "decoding": dict(self.decoding)}) if self.decoding else self.sound

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hash of all that decides the suite's figures: results with different ones are not compared."""
        return fingerprint(
            {
                "rendering": self.rendering,
                "selection": dict(self.selection),
                "unless": dict(self.unless),
                "content": self.content,
                "longest_s": self.longest_s,
                "over_s": self.over_s,
                "sample": self.sample,
                "items": [item.to_json() for item in self.items],
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
            "unless": dict(self.unless),
            "content": self.content,
            "sample": self.sample,
            "items": [item.to_json() for item in self.items],
            "decoding": dict(self.decoding),
            "over_s": self.over_s,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Suite:
        """The reverse of ``to_json``; fields with a default may be missing.

        Raises ``TypeError`` for an unknown field, and what ``Channel.from_json`` and ``Mixture.from_json`` raise.
        """
        fields = dict(record)
        mixture = isinstance(fields["channel"], list)
        fields["channel"] = (Mixture if mixture else Channel).from_json(fields["channel"])
        if "metrics" in fields:
            fields["metrics"] = tuple(fields["metrics"])
        fields["items"] = tuple(Item.from_json(item) for item in fields.get("items", ()))
        return cls(**fields)


def _without_names(channel: Channel | Mixture) -> list[Any]:
    if isinstance(channel, Mixture):
        return [[share, _without_names(part)] for share, part in channel.parts]
    effects: list[Any] = channel.to_json()["effects"]
    return effects


def _in_turn(items: Sequence[Item]) -> list[Item]:
    """Items in an order that only their ids and speakers decide, each speaker's first ones first."""
    of_block: dict[str, list[Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: fingerprint(item.id)):
        of_block[item.block].append(item)
    blocks = [of_block[block] for block in sorted(of_block, key=fingerprint)]
    return [item for item in chain.from_iterable(zip_longest(*blocks)) if item is not None]


@functools.lru_cache(maxsize=100_000)
def _says(text: str, kind: str) -> bool:
    from eval_suites import numbers
    from kowhisper_tel.korean.normalise import normalise

    return any(number.kind == kind for number in numbers.find(normalise(text)))
