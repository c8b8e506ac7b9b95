"""Unheard: utterances by what their corpus says alone. No recording is opened, copied, or even looked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from kowhisper_tel.core.audio import RAW_SUFFIXES, SUFFIXES
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.recordings import MOST_S, Recorded

STEP = 10_000
"""Entries between two words of progress."""


class Unheard:
    """Stands in for ``intake.Recorder`` where audio is not to be checked: lengths are what the corpus states."""

    def __init__(self, progress: Callable[[int, int], None] | None = None) -> None:
        self._progress = progress
        self._done = self._known = 0

    def announce(self, entries: int) -> None:
        """Say that so many entries are going to be taken."""
        self._known += entries

    def record(self, entries: Sequence[Entry]) -> list[Recorded | Reject]:
        """One outcome an entry, in order."""
        outcomes: list[Recorded | Reject] = []
        for entry in entries:
            outcomes.append(unheard(entry))
            self._done += 1
            if self._progress and (self._done % STEP == 0 or self._done >= self._known):
                self._progress(self._done, max(self._known, self._done))
        return outcomes


def unheard(entry: Entry) -> Recorded | Reject:
    """An entry with the length that its corpus states, its audio left where it is, cut by its times when it is read.

    The length is ``end_s`` less ``start_s``, else ``lasts_s``; with a ``start_s`` and no ``end_s`` the latter gives
    the end. A ``Reject`` has the code ``unheard.no_length``, ``prepare.too_long``, ``prepare.long_stretch``, or, for
    audio that later stages could not read in place, ``unheard.archived`` (no file of its own) or ``unheard.raw``
    (headerless PCM, whose rate no manifest tells).
    """
    try:
        _check_in_place(entry)
        return _stated(entry)
    except UserError as problem:
        return Reject(entry.place, problem.code, problem.facts, entry.utterance.id)


def check_rules(recordings: str, *, long: bool) -> None:
    """Refuse what cannot be done unheard, rather than leave it undone.

    ``recordings`` is what to do about recordings on two sides (``LeakRules``); ``long``: whether whole calls are to be
    aligned. Raises ``UserError`` ``unheard.leaks`` and ``unheard.long``.
    """
    if recordings != "off":
        raise UserError("unheard.leaks", value=recordings)
    if long:
        raise UserError("unheard.long")


def _check_in_place(entry: Entry) -> None:
    if entry.content is not None:
        raise UserError("unheard.archived", place=entry.place)
    suffix = Path(entry.utterance.audio).suffix.lower()
    if suffix in RAW_SUFFIXES or (entry.raw_rate is not None and suffix not in SUFFIXES):
        raise UserError("unheard.raw", place=entry.place, path=entry.utterance.audio)


def _stated(entry: Entry) -> Recorded:
    utterance, place = entry.utterance, entry.place
    start_s, end_s = utterance.start_s or 0.0, utterance.end_s
    length_s = entry.lasts_s if end_s is None else end_s - start_s
    if length_s is None:
        raise UserError("unheard.no_length", place=place)
    if length_s > MOST_S:
        if utterance.start_s is None and end_s is None:
            raise UserError("prepare.too_long", place=place, duration_s=length_s, most_s=MOST_S)
        facts = {"start_s": start_s, "end_s": start_s + length_s, "duration_s": length_s, "most_s": MOST_S}
        raise UserError("prepare.long_stretch", place=place, **facts)
    if utterance.start_s is not None and end_s is None:
        entry = replace(entry, utterance=replace(utterance, end_s=start_s + length_s))
    return Recorded(entry, None, length_s, None, None)
