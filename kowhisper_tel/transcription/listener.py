"""Listener: an opened model and how it is to hear; a recording in, its transcript out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kowhisper_tel.core.activity import activity
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.transcription.formats import Told
from kowhisper_tel.transcription.speech import spoken, spoken_words
from kowhisper_tel.transcription.tracks import Choice, Voice, Voices, read_voices
from kowhisper_tel.transcription.transcript import Guard, Segment, Transcript, Unspoken, Word
from kowhisper_tel.whisper.backends.base import Backend, Encoded, Features
from kowhisper_tel.whisper.decoding import DecodingOptions
from kowhisper_tel.whisper.features import HOP
from kowhisper_tel.whisper.long import BATCH_SIZE, Piece, decode_long

if TYPE_CHECKING:
    from kowhisper_tel.transcription.model import Model

Progress = Callable[[float], None]
"""Called with how much of a recording is behind us, from 0 to 1."""


@dataclass(frozen=True)
class Listener:
    """Hears one recording at a time, so that its text depends on no other.

    ``raw_rate`` is the rate in Hz of headerless PCM.
    """

    model: Model
    options: DecodingOptions = field(default_factory=lambda: DecodingOptions(timestamps=True))
    tracks: Choice = field(default_factory=Choice)
    batch_size: int = BATCH_SIZE
    raw_rate: int | None = None

    def read(self, path: Path) -> Voices:
        """A recording of any length. Raises ``UserError`` as ``read_voices`` does."""
        return read_voices(path, self.tracks, self.raw_rate)

    def hear(self, recording: Voices, name: str, progress: Progress | None = None) -> Transcript:
        """The transcript of a recording called ``name``; ``progress`` is told as it goes on."""
        segments, guards, unspoken = list[Segment](), list[Guard](), list[Unspoken]()
        for number, voice in enumerate(recording.voices):
            pieces = self._pieces(voice, _part(progress, number, len(recording.voices)))
            guards += [_guard(piece) for piece in pieces]
            segments += self._segments(voice, pieces)
            unspoken += [_unspoken(piece, voice.track) for piece in pieces if piece.decoded.no_speech]
        segments.sort(key=lambda segment: (segment.start_s, segment.track or 0))
        return Transcript(
            name,
            recording.duration_s,
            recording.count,
            recording.heard,
            tuple(segments),
            tuple(guards),
            _speakers(recording),
            recording.repairs,
            recording.silent,
            tuple(unspoken),
        )

    @property
    def told(self) -> Told:
        """What transcripts say of how they came about."""
        decoding = {**asdict(self.options), "batch_size": self.batch_size}
        return Told(self.options.language, self.model.record, decoding)

    @property
    def settings(self) -> dict[str, Any]:
        """What decides the transcripts, flat, as JSON says it; of the model its hash, wherever it lies."""
        told = self.told
        model = {f"model.{name}": value for name, value in told.model.items() if name != "name"}
        rest = {"tracks": self.tracks.mode, "track_names": self.tracks.names, "raw_rate": self.raw_rate}
        made: dict[str, Any] = json.loads(json.dumps({**model, **told.decoding, **rest}))
        return made

    def _pieces(self, voice: Voice, progress: Progress) -> list[Piece]:
        backend = _Telling(self.model.backend, len(voice.audio) / RATE, progress)
        pieces = decode_long(backend, voice.audio, self.options, self.batch_size)
        progress(1.0)
        return [piece for piece in pieces if piece.end_s > piece.start_s]

    def _segments(self, voice: Voice, pieces: Sequence[Piece]) -> Iterator[Segment]:
        found = activity(voice.audio, shared=True)
        end_s = len(voice.audio) / RATE  # a piece may end with a frame of 10 ms that the recording has only in part
        for piece in pieces:
            timed = iter(piece.words)
            for start_s, stop_s, text in piece.segments:
                row = tuple(islice(timed, len(text.split())))
                moved = spoken_words(found, [(word.start_s, min(word.end_s, end_s)) for word in row])
                own = tuple(Word(w.word, *span, w.probability) for w, span in zip(row, moved, strict=True))
                times = spoken(found, (min(start_s, end_s), min(stop_s, end_s)))
                if own and len(own) == len(text.split()):
                    times = own[0].start_s, own[-1].end_s
                yield Segment(*times, text, voice.track, voice.speaker, own, _guard(piece))


class _Telling:
    """A backend that tells how much it was given to hear: as near as can be known before the last piece is done."""

    def __init__(self, backend: Backend, total_s: float, progress: Progress) -> None:
        self._backend, self._total_s, self._progress = backend, max(total_s, 1e-9), progress
        self._heard_s = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def encode(self, features: Features) -> Encoded:
        encoded = self._backend.encode(features)
        self._heard_s += features.shape[0] * features.shape[-1] * HOP / RATE
        self._progress(min(self._heard_s / self._total_s, 0.99))
        return encoded


def _part(progress: Progress | None, number: int, parts: int) -> Progress:
    return lambda share: progress((number + share) / parts) if progress else None


def _guard(piece: Piece) -> Guard:
    heard = piece.decoded
    return Guard(heard.attempts, heard.loop, heard.finished, heard.avg_logprob, heard.no_speech_prob)


def _unspoken(piece: Piece, track: int | None) -> Unspoken:
    return Unspoken(piece.start_s, piece.end_s, piece.decoded.no_speech, piece.decoded.withheld, track)


def _speakers(recording: Voices) -> tuple[str, ...]:
    return tuple(voice.speaker for voice in recording.voices if voice.speaker is not None)
