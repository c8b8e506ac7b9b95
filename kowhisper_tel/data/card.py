"""Card: what was read, what was refused and why, what each split holds. Plain data for ``summary.json``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.header import Header
from kowhisper_tel.data.intake import Intake, reasons, repaired, repairs
from kowhisper_tel.data.measures import Measures
from kowhisper_tel.data.recordings import Recorded
from kowhisper_tel.korean.normalise import VERSION, fingerprint, normalise

MOST_VALUES = 40
"""A tag with more values than this is no stratum, and its values are only counted."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An accepted recording, its split, and how many syllables its label has."""

    found: Recorded
    split: str
    syllables: int

    @classmethod
    def of(cls, found: Recorded, split: str) -> Placed:
        """A recording in its split. The syllables are those of the scoring form."""
        return cls(found, split, len(normalise(found.entry.utterance.text).replace(" ", "")))

    @property
    def utterance(self) -> Utterance:
        """The utterance; its audio and times are the corpus's own."""
        return self.found.entry.utterance

    @property
    def duration_s(self) -> float:
        """How long it lasts, in seconds."""
        return self.found.duration_s

    @property
    def header(self) -> Header | None:
        """Its file's header; ``None`` where no audio was looked at."""
        return self.found.header

    @property
    def measures(self) -> Measures | None:
        """What was measured of it; ``None`` where no audio was looked at."""
        return self.found.measures


def card(intakes: Sequence[Intake], placed: Sequence[Placed], *, split: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The summary: counts that add up (read = accepted + rejected + left out), and each split's contents."""
    rejects = [reject for intake in intakes for reject in intake.rejects]
    return {
        "synthetic": any(intake.spec.synthetic for intake in intakes),
        "seed": seed,
        "split": dict(split),
        "normaliser": {"version": VERSION, "fingerprint": fingerprint()},
        "read": sum(intake.read for intake in intakes),
        "accepted": sum(len(intake.recorded) for intake in intakes),
        "rejected": len(rejects),
        "left_out": sum(intake.left_out for intake in intakes),
        "rejects": reasons(rejects),
        "repaired": repaired(p.found for p in placed),
        "repairs": repairs(p.found for p in placed),
        "corpora": [intake_counts(intake) for intake in intakes],
        "splits": {
            name: _contents([p for p in placed if p.split == name])
            for name in ("train", "dev", "test")
            if any(p.split == name for p in placed)
        },
    }


def intake_counts(intake: Intake) -> dict[str, Any]:
    """What became of one corpus, as counts."""
    return {
        "corpus": intake.spec.name,
        "kind": intake.spec.kind,
        "split": intake.spec.split,
        "synthetic": intake.spec.synthetic,
        "read": intake.read,
        "accepted": len(intake.recorded),
        "rejected": len(intake.rejects),
        "left_out": intake.left_out,
        "rejects": reasons(intake.rejects),
        "repaired": repaired(intake.recorded),
        "repairs": repairs(intake.recorded),
    }


def _contents(placed: Sequence[Placed]) -> dict[str, Any]:
    utterances = [p.utterance for p in placed]
    return {
        "utterances": len(placed),
        "hours": round(sum(p.duration_s for p in placed) / 3600, 4),
        "speakers": len({u.speaker for u in utterances if u.speaker}),
        "calls": len({u.call for u in utterances if u.call}),
        "syllables": sum(p.syllables for p in placed),
        "longest_s": round(max(p.duration_s for p in placed), 3),
        "tags": strata(placed),
    }


def strata(placed: Sequence[Placed]) -> dict[str, dict[str, dict[str, float]]]:
    """Tag to value to its utterances and hours, for the tags that are strata."""
    seconds: defaultdict[str, dict[str, list[float]]] = defaultdict(dict)
    for p in placed:
        for tag, value in p.utterance.tags.items():
            values = seconds[tag]
            if len(values) <= MOST_VALUES:  # one more than a stratum has is enough to know
                values.setdefault(value, []).append(p.duration_s)
    return {
        tag: {
            value: {"utterances": len(found), "hours": round(sum(found) / 3600, 4)}
            for value, found in sorted(values.items())
        }
        for tag, values in sorted(seconds.items())
        if len(values) <= MOST_VALUES
    }
