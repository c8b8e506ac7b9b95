"""Leaks: what training and test (or dev) have in common and must not.

The held-out side is indexed and the training side passes by, so that time grows with the sum of both, not with their
product. Pairs are listed by id and file; no text is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.leaks.audio_index import AudioIndex
from kowhisper_tel.data.leaks.listen import Heard, listen
from kowhisper_tel.data.leaks.sentences import Sentence, SentenceIndex
from kowhisper_tel.data.split import folded

AUDIO, COPY, SENTENCE, NEAR, SPEAKER, CALL, UNHEARD = (
    "audio",
    "copy",
    "sentence",
    "near_sentence",
    "speaker",
    "call",
    "unheard",
)
RECORDINGS = (AUDIO, COPY)
"""The same samples; the same recording after a codec, at another level, or trimmed."""
SENTENCES = (SENTENCE, NEAR)
"""The same sentence of 12 syllables or more; one with a word changed, or otherwise hardly another."""
NAMES = (SPEAKER, CALL)
"""The same name of a speaker or a call, but for case and width."""
KINDS = (*RECORDINGS, *SENTENCES, *NAMES, UNHEARD)
"""All kinds of leaks. ``unheard`` is a recording that cannot be read, so that nothing is known of it."""

AT_ONCE = 512
"""Recordings handed to the workers at a time."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Located:
    """An utterance, the file that holds its audio, and its split.

    ``whole``: the file holds nothing else, whatever times the utterance has in the file that it came from. ``place`` is
    where the corpus has it.
    """

    utterance: Utterance
    file: Path | str
    split: str
    whole: bool = False
    place: str | None = None

    def listen(self) -> Heard:
        """Its recording, as the check knows it."""
        u = self.utterance
        file = Path(self.file)
        return listen(file) if self.whole else listen(file, u.start_s, u.end_s, u.track)

    def to_json(self) -> dict[str, Any]:
        """Where it stands; without its text."""
        u = self.utterance
        facts: dict[str, Any] = {"split": self.split, "id": u.id, "place": self.place, "audio": u.audio}
        facts |= {"start_s": u.start_s, "end_s": u.end_s, "track": u.track, "speaker": u.speaker, "call": u.call}
        return {name: value for name, value in facts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Leak:
    """One utterance of training and one held out that have something in common.

    ``score`` is 1 for what is the same, else how alike the two are, to 1. An ``unheard`` recording has no partner, and
    may stand on either side.
    """

    kind: str
    one: Located
    other: Located | None = None
    score: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """One line of ``leaks.jsonl``."""
        found = {"kind": self.kind, "score": round(self.score, 4), "one": self.one.to_json()}
        return found | ({"other": self.other.to_json()} if self.other else {})


def find_leaks(
    train: Sequence[Located],
    held: Sequence[Located],
    kinds: Iterable[str] = KINDS,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Leak]:
    """Every leak between two sides, in the order of ``train``, of the kinds asked for.

    Of sentences, speakers and calls the first (or nearest) partner stands for all. Without ``audio``, ``copy`` and
    ``unheard`` no recording is opened. ``workers`` threads listen (default: one a core, at most 8); their number
    changes nothing.
    """
    wanted = set(kinds)
    leaks = _named(train, held, wanted & set(NAMES))
    if wanted & set(SENTENCES):
        leaks += [leak for leak in _said(train, held) if leak.kind in wanted]
    if wanted & {*RECORDINGS, UNHEARD}:
        with ThreadPoolExecutor(workers or min(8, os.cpu_count() or 1)) as pool:
            leaks += [leak for leak in _heard(train, held, pool, progress) if leak.kind in wanted]
    leaking = {leak.one.utterance.id for leak in leaks}
    place = {one.utterance.id: number for number, one in enumerate(train) if one.utterance.id in leaking}
    leaks.sort(key=lambda leak: (place.get(leak.one.utterance.id, len(place)), KINDS.index(leak.kind)))
    return leaks


def _named(train: Sequence[Located], held: Sequence[Located], kinds: set[str]) -> list[Leak]:
    """Speakers and calls of one name."""
    leaks = []
    for kind in sorted(kinds):
        known: dict[str, Located] = {}
        for one in held:
            if name := folded(getattr(one.utterance, kind)):
                known.setdefault(name, one)
        for one in train:
            name = folded(getattr(one.utterance, kind))
            if name in known:
                leaks.append(Leak(kind, one, known[name]))
    return leaks


def _said(train: Sequence[Located], held: Sequence[Located]) -> Iterator[Leak]:
    """Sentences that are the same or hardly another."""
    index = SentenceIndex([Sentence.of(one.utterance.text) for one in held])
    for one in train:
        sentence = Sentence.of(one.utterance.text)
        found = index.match(sentence) if sentence else None
        if found:
            number, alike = found
            yield Leak(SENTENCE if alike == 1 else NEAR, one, held[number], alike)


def _heard(
    train: Sequence[Located], held: Sequence[Located], pool: Executor, progress: Progress | None
) -> Iterator[Leak]:
    """Recordings that are the same, or copies, or cannot be heard."""
    total = len(train) + len(held)
    known: list[Heard] = []
    for heard in _listen(held, pool):
        known.append(heard)
        if progress:
            progress(len(known), total)
    yield from (Leak(UNHEARD, one) for one, heard in zip(held, known, strict=True) if heard.problem)
    same: dict[bytes, list[int]] = {}
    for number, heard in enumerate(known):
        if heard.digest:
            same.setdefault(heard.digest, []).append(number)
    index = AudioIndex([heard.fingerprint for heard in known])
    for done, (one, heard, matches) in enumerate(_looked_up(train, index, pool), len(known) + 1):
        equal = same.get(heard.digest, []) if heard.digest else []
        yield from (Leak(AUDIO, one, held[number]) for number in equal)
        yield from (Leak(COPY, one, held[number], alike) for number, alike in matches if number not in equal)
        if heard.problem:
            yield Leak(UNHEARD, one)
        if progress:
            progress(done, total)


def _listen(side: Sequence[Located], pool: Executor) -> Iterator[Heard]:
    waiting = iter(side)
    while batch := list(islice(waiting, AT_ONCE)):
        yield from pool.map(Located.listen, batch)


def _looked_up(
    side: Sequence[Located], index: AudioIndex, pool: Executor
) -> Iterator[tuple[Located, Heard, list[tuple[int, float]]]]:
    def look_up(one: Located) -> tuple[Located, Heard, list[tuple[int, float]]]:
        heard = one.listen()
        return one, heard, index.matches(heard.fingerprint)

    waiting = iter(side)
    while batch := list(islice(waiting, AT_ONCE)):
        yield from pool.map(look_up, batch)
