"""Call: one long recording with its transcript, divided by track and turn, and cut into pieces."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from kowhisper_tel.core.audio import Samples, probe, read_audio
from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.labels import spoken
from kowhisper_tel.data.long_recordings.aligner import Alignment, Progress
from kowhisper_tel.data.long_recordings.checked import Checked
from kowhisper_tel.data.long_recordings.kept import Aligns
from kowhisper_tel.data.long_recordings.table import ACCEPTED, Row
from kowhisper_tel.data.long_recordings.tracks import same, without_bleed
from kowhisper_tel.data.long_recordings.transcript import Turn, clock_times, turns

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Spoken:
    """A turn as spoken."""

    words: tuple[str, ...]
    role: str | None
    name: str | None
    line: int


@dataclass(frozen=True)
class Call:
    """One long entry while it is divided; ``rows`` fills with what becomes of it."""

    entry: Entry
    file: Path
    source: str
    roles: Sequence[str]
    speakers: Mapping[str, str]
    aligner: Aligns
    length_s: float
    min_confidence: float
    progress: Progress
    rows: list[Row] = field(default_factory=list)

    def divided(self) -> Iterator[Entry | Reject]:
        """Its pieces, as entries with times or as rejects. Raises ``UserError`` as ``read_audio`` does."""
        said: list[Spoken] = []
        if not self.entry.utterance.text.strip():
            yield Reject(self.entry.place, "prepare.empty_label", {"place": self.entry.place}, self.entry.utterance.id)
            return
        text = self.entry.utterance.text
        if timed := clock_times(text, self.length_s):
            self._note("long.clock_times", lines=timed)
        for turn in turns(text, self.speakers, self.length_s):
            labelled = self._spoken(turn)
            if isinstance(labelled, Reject):
                yield labelled
            else:
                said.append(labelled)
        yield from self._by_track(said)

    def _spoken(self, turn: Turn) -> Spoken | Reject:
        """A turn's label as spoken, or why it has none. Its times are those of the call, so they are left out."""
        place = f"{self.entry.place}, turn in line {turn.line}"
        utterance = replace(self.entry.utterance, text=turn.text, start_s=None, end_s=None)
        try:
            label = spoken(replace(self.entry, utterance=utterance, place=place), None).utterance.text
        except UserError as problem:
            self._row(None, turn.role, None, len(turn.text.split()), 0.0, problem.code)
            return Reject(place, problem.code, problem.facts, self.entry.utterance.id)
        return Spoken(tuple(label.split()), turn.role, turn.name, turn.line)

    def _by_track(self, said: Sequence[Spoken]) -> Iterator[Entry | Reject]:
        roles = self.roles
        count = probe(self.file, self.entry.raw_rate).tracks
        chosen = self.entry.utterance.track
        if chosen is not None:
            audio = self._read(chosen)
            others = [self._read(other) for other in range(count) if other != chosen]
            alone = bool(others) and not self._is_dual_mono([audio, *others])
            role = roles[chosen] if chosen < len(roles) else None
            yield from self._on_track(without_bleed(audio, others) if alone else audio, said, chosen, role, not alone)
            return
        if not roles or count == 1:
            if count > 1:
                self._note("long.mixed", tracks=count)
            yield from self._on_track(self._read(None), said, None, None, True)
            return
        if count != len(roles):
            facts = {"tracks": count, "roles": ", ".join(roles)}
            yield from self._refused(said, "long.tracks", facts)
            return
        tracks = [self._read(track) for track in range(count)]
        if self._is_dual_mono(tracks):
            yield from self._on_track(tracks[0], said, None, None, True)
            return
        lost = [turn for turn in said if turn.role not in roles]
        yield from self._refused(lost, "long.no_role", {"roles": ", ".join(roles)})
        for track, role in enumerate(roles):
            own = [turn for turn in said if turn.role == role]
            others = [audio for other, audio in enumerate(tracks) if other != track]
            part = functools.partial(self._part, track, len(roles))
            yield from self._on_track(without_bleed(tracks[track], others), own, track, role, False, part)

    def _part(self, done: int, parts: int, share: float) -> None:
        self.progress((done + share) / parts)

    def _is_dual_mono(self, tracks: Sequence[Samples]) -> bool:
        if not same(tracks):
            return False
        self._note("long.dual_mono")
        return True

    def _note(self, code: str, **facts: Any) -> None:
        """What is done otherwise than may be expected: in the table, and in the log."""
        self._row(None, None, None, 0, 0.0, code)
        log.warning(message(code, {"place": self.entry.place, **facts}))

    def _refused(self, said: Sequence[Spoken], code: str, facts: Mapping[str, Any]) -> Iterator[Reject]:
        if not said:
            return
        words = sum(len(turn.words) for turn in said)
        self._row(None, None, None, words, 0.0, code)
        facts = {"place": self.entry.place, "line": said[0].line, "turns": len(said), "words": words, **facts}
        yield Reject(self.entry.place, code, facts, self.entry.utterance.id)

    def _on_track(
        self,
        audio: Samples,
        said: Sequence[Spoken],
        track: int | None,
        role: str | None,
        shared: bool,
        progress: Progress | None = None,
    ) -> Iterator[Entry | Reject]:
        """The pieces of some turns on a track. ``shared``: more than one party is heard on it."""
        words = [word for turn in said for word in turn.words]
        firsts = np.cumsum([0, *(len(turn.words) for turn in said)])
        borders = [int(first) for first in firsts[1:-1]]
        result = self.aligner.align(audio, words, borders, shared=shared, progress=progress or self.progress)
        for start_s, end_s in result.strays:
            self._row(track, role, (start_s, end_s), 0, result.speech_s(start_s, end_s), "long.untranscribed")
        for checked in result.pieces:
            turn = said[int(np.searchsorted(firsts, checked.piece.first, side="right")) - 1]
            yield self._piece(checked, result, words, track, role or turn.role, turn.name)
        if not result.pieces:
            yield from self._refused(said, "long.not_heard", {})

    def _piece(
        self,
        checked: Checked,
        result: Alignment,
        words: Sequence[str],
        track: int | None,
        role: str | None,
        name: str | None,
    ) -> Entry | Reject:
        piece = checked.piece
        least = self.min_confidence
        fits = checked.confidence > 0 and checked.confidence >= least
        code = ACCEPTED if fits else "long.unmatched" if checked.unmatched else "long.low_confidence"
        speech_s, count = result.speech_s(piece.start_s, piece.end_s), piece.last - piece.first
        self._row(track, role, (piece.start_s, piece.end_s), count, speech_s, code, checked)
        utterance = self._utterance(checked, " ".join(words[piece.first : piece.last]), track, role, name)
        if code == ACCEPTED:
            return replace(self.entry, utterance=utterance, notation="plain")
        facts = {
            "place": self.entry.place,
            "start_s": utterance.start_s,
            "end_s": utterance.end_s,
            "words": count,
            "confidence": checked.confidence,
            "least": least,
        }
        return Reject(self.entry.place, code, facts, utterance.id)

    def _utterance(
        self, checked: Checked, text: str, track: int | None, role: str | None, name: str | None
    ) -> Utterance:
        whole = self.entry.utterance
        offset_s = whole.start_s or 0.0
        start_s, end_s = (round(offset_s + time_s, 3) for time_s in (checked.piece.start_s, checked.piece.end_s))
        call = whole.call or whole.id
        speaker, own = role or name, whole.speaker and whole.track is not None
        base = whole.id if track is None else f"{whole.id}#track{track}"
        return replace(
            whole,
            id=f"{base}#{start_s:010.3f}-{end_s:010.3f}",
            text=text,
            start_s=start_s,
            end_s=end_s,
            track=track,
            call=call,
            speaker=whole.speaker if speaker is None or own else f"{call}-{speaker}",
            written=None,
            tags={**whole.tags, **({"role": role} if role else {})},
        )

    def _read(self, track: int | None) -> Samples:
        utterance = self.entry.utterance
        return read_audio(
            self.file, start_s=utterance.start_s, end_s=utterance.end_s, track=track, raw_rate=self.entry.raw_rate
        )

    def _row(
        self,
        track: int | None,
        role: str | None,
        span: tuple[float, float] | None,
        words: int,
        speech_s: float,
        outcome: str,
        checked: Checked | None = None,
    ) -> None:
        offset_s = self.entry.utterance.start_s or 0.0
        start_s, end_s = (round(offset_s + time_s, 3) for time_s in span) if span else (None, None)
        row = Row(self.source, self.entry.utterance.id, track, role, start_s, end_s, words, round(speech_s, 2), outcome)
        if checked:
            scores = {name: round(getattr(checked, name), 4) for name in ("confidence", "likelihood", "agreement")}
            row = replace(row, unwritten=checked.unwritten, **scores)
        self.rows.append(row)
