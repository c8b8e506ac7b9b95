"""Plan: all that decides an evaluation's hypotheses, and the batches they are decoded in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from eval_suites import materials
from eval_suites.hypothesis import Key
from eval_suites.item import Item
from eval_suites.suite import WINDOW_S, Suite
from kowhisper_tel.core.files import fingerprint
from kowhisper_tel.core.manifest import Manifest

FORMAT = 2
RENDERING_LIBRARIES = ("numpy", "scipy", "soxr", "soundfile", "av", "audiomentations")


@dataclass(frozen=True)
class Batch:
    """Utterances that are rendered and decoded together."""

    rendering: str
    utterance_ids: tuple[str, ...]

    def keys(self, model: str) -> list[Key]:
        """The keys of one model's hypotheses for the batch, in the order they are written."""
        return [Key(model, self.rendering, utterance_id) for utterance_id in self.utterance_ids]


@dataclass(frozen=True)
class Plan:
    """``inputs``: what must not change between a start and a resume. Each batch is decoded by each model in turn."""

    inputs: Mapping[str, Any]
    batches: tuple[Batch, ...]
    models: tuple[str, ...]

    @property
    def units(self) -> list[tuple[str, Batch]]:
        """Model and batch, in the order that their hypotheses are written."""
        return [(model, batch) for batch in self.batches for model in self.models]

    def to_json(self) -> dict[str, Any]:
        """The plan as a JSON object."""
        batches = [{"rendering": b.rendering, "utterances": list(b.utterance_ids)} for b in self.batches]
        return {"format": FORMAT, "inputs": dict(self.inputs), "models": list(self.models), "batches": batches}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Plan:
        """The reverse of ``to_json``."""
        batches = (Batch(b["rendering"], tuple(b["utterances"])) for b in record["batches"])
        return cls(record["inputs"], tuple(batches), tuple(record["models"]))


def plan_batches(suites: Sequence[Suite], items: Sequence[Item], batch_size: int) -> tuple[Batch, ...]:
    """Batches by length for every rendering, each item once however many suites share the rendering.

    An item longer than Whisper's window is a batch of its own.
    """
    from kowhisper_tel.whisper.decoding import plan_batches as by_length

    batches: list[Batch] = []
    for rendering in dict.fromkeys(suite.rendering for suite in suites):
        sharing = [suite for suite in suites if suite.rendering == rendering]
        taken = {item.id: item for suite in sharing for item in suite.pick(items)}
        heard = sorted(taken.values(), key=lambda item: item.id)  # the manifest's order decides nothing
        long = [item for item in heard if item.duration_s > WINDOW_S]
        short = [item for item in heard if item.duration_s <= WINDOW_S]
        batches += [Batch(rendering, (item.id,)) for item in long]
        for batch in by_length([item.duration_s for item in short], batch_size):
            batches.append(Batch(rendering, tuple(short[index].id for index in batch)))
    return tuple(batches)


def manifest_fingerprint(manifest: Manifest) -> str:
    """Hash of labels, tags, times and the audio files' contents, wherever they lie and in whatever order.

    Raises ``UserError`` (``audio.missing``).
    """
    return fingerprint(sorted(materials.utterances(manifest), key=lambda record: record["id"]))


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """The versions of installed distributions."""
    return {name: metadata.version(name) for name in names}


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The fields, as ``a`` or ``a.b``, in which two JSON objects differ."""
    fields: list[str] = []
    for name in sorted(one.keys() | other.keys()):
        first, second = one.get(name), other.get(name)
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            fields += [f"{name}.{field}" for field in differences(first, second)]
        elif first != second:
            fields.append(name)
    return fields
