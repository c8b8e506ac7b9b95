"""Intake: what became of one corpus. Every entry it holds is accepted, rejected, or left out by its limit."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.labels import CountTokens, spoken
from kowhisper_tel.data.long_recordings.divide import LongRecordings, with_roles
from kowhisper_tel.data.recordings import Recorded, by_file, record
from kowhisper_tel.data.unheard import Unheard

Progress = Callable[[int, int], None]
"""Called with how many recordings are checked, and how many are known of."""

FILES_AT_ONCE = 1024
"""Files handed to the workers at a time, so that a corpus of millions does not queue up whole."""


@dataclass(frozen=True)
class Intake:
    """What became of one corpus: the sound recordings, the rejects, and how many its ``limit`` left out."""

    spec: CorpusSpec
    recorded: tuple[Recorded, ...]
    rejects: tuple[Reject, ...]
    left_out: int = 0
    unsound: int = 0
    """How many of the rejects are for their audio, which is looked at only until ``limit`` is reached."""

    @property
    def read(self) -> int:
        """All that the corpus held."""
        return len(self.recorded) + len(self.rejects) + self.left_out

    def without(self, rejects: Mapping[str, Reject]) -> Intake:
        """The same with some sound recordings, by id, among the rejects."""
        gone = tuple(rejects[r.entry.utterance.id] for r in self.recorded if r.entry.utterance.id in rejects)
        kept = tuple(r for r in self.recorded if r.entry.utterance.id not in rejects)
        return replace(self, recorded=kept, rejects=(*self.rejects, *gone)) if gone else self

    @property
    def expected_rejects(self) -> float:
        """The rejects, were what ``limit`` left out as often unsound as what was looked at: it dilutes no share."""
        looked_at = len(self.recorded) + self.unsound
        return len(self.rejects) + (self.left_out * self.unsound / looked_at if looked_at else 0.0)


def reasons(rejects: Sequence[Reject]) -> dict[str, int]:
    """How many rejects each reason has, the most frequent first."""
    counts = Counter(reject.code for reject in rejects)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def repairs(recorded: Iterable[Recorded]) -> dict[str, int]:
    """How many accepted utterances lie in files of which so much was made good, the most frequent first."""
    counts = Counter(code for found in recorded if found.header for code in found.header.repairs)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def repaired(recorded: Iterable[Recorded]) -> int:
    """How many accepted utterances lie in files of which anything was made good."""
    return sum(bool(found.header and found.header.repairs) for found in recorded)


class Recorder:
    """Checks and converts the recordings of entries by a pool of workers, and tells how far it is."""

    def __init__(self, folder: Path, pool: Executor, progress: Progress | None = None) -> None:
        self._folder, self._pool, self._progress = folder, pool, progress
        self._done = self._known = 0

    def announce(self, entries: int) -> None:
        """Say that so many entries are going to be recorded."""
        self._known += entries

    def record(self, entries: Sequence[Entry]) -> list[Recorded | Reject]:
        """One outcome an entry, in order."""
        outcomes: list[Recorded | Reject] = []
        waiting = by_file(entries)
        while files := list(islice(waiting, FILES_AT_ONCE)):
            for made in self._pool.map(lambda same: record(same, self._folder), files):
                outcomes += made
                self._done += len(made)
                if self._progress:
                    self._progress(self._done, max(self._known, self._done))
        return outcomes


def take_in(
    corpus: CorpusSpec,
    recorder: Recorder | Unheard,
    seen: dict[str, str],
    seed: int,
    count_tokens: CountTokens | None,
    long: LongRecordings | None = None,
) -> Intake:
    """Read a corpus through. ``seen`` maps the ids of all corpora before it to their places, and is added to.

    ``long`` divides what is too long for Whisper; without it that is rejected.

    Raises ``UserError`` as the importer does; what is wrong with one entry becomes a ``Reject``.
    """
    entries: list[Entry] = []
    rejects: list[Reject] = []
    items = with_roles(corpus.entries(), corpus.options)
    for item in long.divided(items, corpus.name, corpus.options, seen) if long else items:
        checked = _check(item, seen, count_tokens)
        if isinstance(checked, Reject):
            rejects.append(checked)
        else:
            entries.append(checked)
    outcomes = _sample(entries, corpus.limit, recorder, seed)
    recorded = tuple(outcome for outcome in outcomes if isinstance(outcome, Recorded))
    unsound = [outcome for outcome in outcomes if isinstance(outcome, Reject)]
    left_out = len(entries) - len(outcomes)
    return Intake(corpus, recorded, (*rejects, *unsound), left_out=left_out, unsound=len(unsound))


def _check(item: Entry | Reject, seen: dict[str, str], count_tokens: CountTokens | None) -> Entry | Reject:
    """The entry with its label as spoken, or why it cannot be used, as far as that shows without its audio."""
    if isinstance(item, Reject):
        return item
    identity = item.utterance.id
    if identity in seen:
        facts = {"place": item.place, "id": identity, "first": seen[identity]}
        return Reject(item.place, "prepare.duplicate", facts, identity)
    seen[identity] = item.place
    try:
        return spoken(item, count_tokens)
    except UserError as problem:
        return Reject(item.place, problem.code, problem.facts, identity)


def _sample(
    entries: Sequence[Entry], limit: int | None, recorder: Recorder | Unheard, seed: int
) -> Sequence[Recorded | Reject]:
    """The outcomes of as many entries as it takes to have ``limit`` sound ones, in the corpus's order."""
    recorder.announce(len(entries) if limit is None else min(limit, len(entries)))
    if limit is None:
        return recorder.record(entries)
    drawn = sorted(range(len(entries)), key=lambda i: _rank(seed, entries[i].utterance.id))
    outcomes: dict[int, Recorded | Reject] = {}
    while drawn and (wanted := limit - sum(isinstance(outcome, Recorded) for outcome in outcomes.values())) > 0:
        wave, drawn = sorted(drawn[:wanted]), drawn[wanted:]
        outcomes.update(zip(wave, recorder.record([entries[i] for i in wave]), strict=True))
    return [outcomes[i] for i in sorted(outcomes)]


def _rank(seed: int, identity: str) -> bytes:
    """A random number of an id: the sample is the same whatever else the corpus holds before it."""
    return hashlib.blake2b(f"{seed}\0{identity}".encode(), digest_size=8).digest()
