"""Recordings: every accepted stretch as 16 kHz mono audio of at most 30 s, in place where it already is that."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from kowhisper_tel.core.audio import RATE, Samples, check_heard, read_audio, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.limits import MOST_MISSING_S
from kowhisper_tel.data.entry import Entry, Reject, as_file
from kowhisper_tel.data.header import Header, read_header
from kowhisper_tel.data.measures import Measures, measure

MOST_S = 30.0
"""Whisper hears at most this many seconds (Radford et al. 2022, section 2.2)."""
MOST_STEM_BYTES = 160
"""File systems take names of 255 bytes: the rest is for a hash, the suffix, and what ``atomic`` adds for a while."""
REPAIRS = "repairs"
"""The tag that says what of a recording's file was made good, as codes of the catalogue with spaces between them."""
PLAIN_FORMATS = ("WAV/", "WAVEX/", "FLAC/")
"""Formats, by their header, that stay where they are."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry whose audio is sound, and its duration in seconds.

    ``made`` is the file that was written for it (16 kHz, mono, it alone); ``None`` where it stays in the corpus's own.
    ``header`` is that of the file as delivered, ``measures`` are of the stretch alone; both are ``None`` where no audio
    was looked at (``unheard``).
    """

    entry: Entry
    made: Path | None
    duration_s: float
    header: Header | None
    measures: Measures | None

    @property
    def file(self) -> Path:
        """The file that holds its audio."""
        return self.made or Path(self.entry.utterance.audio)


def record(entries: Sequence[Entry], folder: Path) -> list[Recorded | Reject]:
    """Check the audio of entries that lie in one file, and write to ``folder`` what cannot stay in place.

    The file is decoded once for each track. One outcome an entry, in order; a recording that cannot be used gives a
    ``Reject`` with the code ``audio.*``, ``prepare.too_long``, ``prepare.long_stretch``, or
    ``recording.short`` (audio that ends before its label says).
    """
    tracks: defaultdict[int | None, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        tracks[entry.utterance.track].append(index)
    outcomes: dict[int, Recorded | Reject] = {}
    try:
        with as_file(entries[0]) as source:
            for track, same in tracks.items():
                made = _record_track([entries[i] for i in same], source, track, folder)
                outcomes.update(zip(same, made, strict=True))
    except UserError as problem:  # a member of an archive that cannot be read
        return [_reject(entry, problem, Path(entry.utterance.audio)) for entry in entries]
    return [outcomes[i] for i in range(len(entries))]


def by_file(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Neighbouring entries of one file together, so that a long call is decoded once."""
    for _, group in groupby(entries, key=lambda e: (e.utterance.audio, e.content)):
        yield list(group)


def _record_track(entries: Sequence[Entry], source: Path, track: int | None, folder: Path) -> list[Recorded | Reject]:
    try:
        audio = read_audio(source, track=track, raw_rate=entries[0].raw_rate)
        header = read_header(source, entries[0].raw_rate)
    except UserError as problem:
        return [_reject(entry, problem, source) for entry in entries]
    stays = entries[0].content is None and not track and _is_plain(source, header)
    return [_record_one(_repaired(entry, header), audio, header, folder, stays=stays) for entry in entries]


def _is_plain(source: Path, header: Header) -> bool:
    plain = source.suffix.lower() in (".wav", ".flac") and header.format.startswith(PLAIN_FORMATS)
    return plain and header.rate_hz == RATE and header.tracks == 1


def _record_one(entry: Entry, audio: Samples, header: Header, folder: Path, *, stays: bool) -> Recorded | Reject:
    utterance = entry.utterance
    try:
        stretch = _stretch(entry, audio)
        check_heard(Path(utterance.audio), stretch, utterance.text)
        entry = _compared(entry, len(stretch) / RATE)
    except UserError as problem:
        return _reject(entry, problem, Path(utterance.audio))
    if stays and len(stretch) == len(audio):
        return Recorded(entry, None, len(audio) / RATE, header, measure(audio))
    file = folder / f"{file_stem(utterance.id)}.flac"
    write_audio(file, stretch)
    return Recorded(entry, file, len(stretch) / RATE, header, measure(stretch))


def _stretch(entry: Entry, audio: Samples) -> Samples:
    """The samples between an entry's times. Raises ``UserError``."""
    utterance = entry.utterance
    start_s, end_s, place = utterance.start_s, utterance.end_s, entry.place
    duration_s = len(audio) / RATE
    if start_s is None and end_s is None:
        if duration_s > MOST_S:
            raise UserError("prepare.too_long", place=place, duration_s=duration_s, most_s=MOST_S)
        return audio
    first = round((start_s or 0.0) * RATE)
    last = len(audio) if end_s is None else round(end_s * RATE)
    # Labels are written to a hundredth of a second or coarser: an end just past the file's is its end.
    if not first < min(last, len(audio)) or last > len(audio) + RATE // 20:
        raise UserError("audio.range", path=utterance.audio, start_s=start_s, end_s=end_s, duration_s=duration_s)
    stretch = audio[first:last]
    if len(stretch) > MOST_S * RATE:
        length_s = len(stretch) / RATE
        end = end_s if end_s is not None else round(duration_s, 3)
        raise UserError(
            "prepare.long_stretch", place=place, start_s=start_s, end_s=end, duration_s=length_s, most_s=MOST_S
        )
    return stretch


def _repaired(entry: Entry, header: Header) -> Entry:
    """The entry, with a tag where something of its file was made good."""
    if not header.repairs:
        return entry
    tags = {**entry.utterance.tags, REPAIRS: " ".join(header.repairs)}
    return replace(entry, utterance=replace(entry.utterance, tags=tags))


def _compared(entry: Entry, duration_s: float) -> Entry:
    """The entry, with a tag where its label gives it another length than it has.

    Raises ``UserError`` where it has less, and corpora of its kind are known to be cut.
    """
    if entry.lasts_s is None or abs(duration_s - entry.lasts_s) <= MOST_MISSING_S:
        return entry
    if duration_s < entry.lasts_s and entry.cuts:
        raise UserError("recording.short", place=entry.place, duration_s=duration_s, lasts_s=entry.lasts_s)
    tags = {**entry.utterance.tags, "label_duration": "short" if duration_s > entry.lasts_s else "long"}
    return replace(entry, utterance=replace(entry.utterance, tags=tags))


def _reject(entry: Entry, problem: UserError, source: Path) -> Reject:
    facts = dict(problem.facts)
    if entry.content is not None and facts.get("path") == source:
        facts["path"] = entry.place  # the file was a passing one
    return Reject(entry.place, problem.code, facts, entry.utterance.id)


def file_stem(identity: str) -> str:
    """A file name for an id: the id itself where that is a plain name, else what is plain of it and a hash."""
    # A letter may be many bytes, and file systems count these.
    plain = re.sub(r"[^\w.-]", "_", identity).encode()[:MOST_STEM_BYTES].decode(errors="ignore").lstrip(".")
    if plain == identity:
        return plain
    return f"{plain}-{hashlib.blake2b(identity.encode(), digest_size=6).hexdigest()}"
