"""Long recordings: a call of any length, cut where nobody speaks into pieces that Whisper hears at once, and joined.

The cuts come from the level alone (``core.activity``), so that no speech lies in two pieces and none is left out but
silence of 4 s and more, where Whisper likes to invent. Pieces are decoded in batches, longest first, each without
knowledge of the others, so that what one gets wrong does not spread; or one by one, each told what was said before it
(``DecodingOptions.condition_on_previous_text``). A piece whose text loops or has no end after all that the loop guard
tried is cut in two, and its halves are decoded anew. A piece in which nobody is taken to speak stays, without a text.

A recording is taken ten minutes at a time, so that a call of hours needs no more memory than one of ten minutes,
beside its own samples (which may be a ``numpy.memmap``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kowhisper_tel.core.activity import Activity, activity, halves, windows
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.stretches import Span
from kowhisper_tel.whisper.backends.base import Backend
from kowhisper_tel.whisper.decoding import Audio, Decoded, DecodingOptions, decode, plan_batches
from kowhisper_tel.whisper.segments import Segment
from kowhisper_tel.whisper.vocabulary import DECODER_TOKENS
from kowhisper_tel.whisper.word_times import WordTime

MOST_S = 28.0
"""The longest piece: Whisper's window, less a tail of silence."""
LEAST_S = 8.0
"""What is shorter is not cut in two again."""
BATCH_SIZE = 8
SECTION_S = 600.0
"""So much of a recording is looked at together. What is not longer is one section."""


@dataclass(frozen=True)
class Piece:
    """A stretch of the recording, in seconds from its start, and what was heard in it."""

    start_s: float
    end_s: float
    decoded: Decoded

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What was said when, in the recording's time: the piece itself where the model was asked for no times."""
        if not self.decoded.text:
            return ()
        inner = self.decoded.segments or ((0.0, self.end_s - self.start_s, self.decoded.text),)
        return tuple((round(self.start_s + a, 2), round(self.start_s + b, 2), text) for a, b, text in inner)

    @property
    def words(self) -> tuple[WordTime, ...]:
        """When each word was said, in the recording's time, where ``DecodingOptions.word_timestamps`` asked for it."""
        return tuple(
            replace(word, start_s=round(self.start_s + word.start_s, 2), end_s=round(self.start_s + word.end_s, 2))
            for word in self.decoded.words
        )


def decode_long(
    backend: Backend, audio: Audio, options: DecodingOptions | None = None, batch_size: int = BATCH_SIZE
) -> list[Piece]:
    """Decode a recording ``float32[n]`` (16 kHz, of any length): its pieces in order, none where all is silence.

    A piece may have as many tokens as the decoder has places for: 28 s of fast Korean are more than the 224 that
    ``max_new_tokens`` allows a short clip. The language is that of the options in every piece.
    Raises ``UserError`` as ``decode`` does.
    """
    options = replace(options or DecodingOptions(), max_new_tokens=DECODER_TOKENS)
    pieces: list[Piece] = []
    for start_s, found, spans in _sections(audio):
        section = audio[round(start_s * RATE) : round((start_s + found.duration_s) * RATE)]
        if options.condition_on_previous_text:
            heard = _one_by_one(backend, section, found, spans, options, _said(pieces, options))
        else:
            heard = _together(backend, section, found, spans, options, batch_size)
        pieces += [replace(one, start_s=start_s + one.start_s, end_s=start_s + one.end_s) for one in heard]
    return pieces


def joined(pieces: Sequence[Piece]) -> str:
    """The text of all pieces, in order, parted by spaces."""
    return " ".join(piece.decoded.text for piece in pieces if piece.decoded.text)


def _sections(audio: Audio) -> Iterator[tuple[float, Activity, list[Span]]]:
    """From when a section lasts, its activity, and its pieces (counted from its start).

    A section ends where its last piece begins, for that one's own end is not known yet; the next begins there.
    """
    first, length = 0, round(SECTION_S * RATE)
    while first < len(audio):
        found = activity(audio[first : first + length], shared=True)
        spans = windows(found, MOST_S)
        if first + length >= len(audio):
            yield first / RATE, found, spans
            return
        done = [span for span in spans if span[1] < SECTION_S - MOST_S]
        yield first / RATE, found, done
        later = [start_s for start_s, _ in spans[len(done) :]]
        first += round(min([SECTION_S - MOST_S, *later]) * RATE)


def _together(
    backend: Backend,
    audio: Audio,
    found: Activity,
    spans: Sequence[Span],
    options: DecodingOptions,
    batch_size: int,
) -> list[Piece]:
    waiting, done = list(spans), list[Piece]()
    while waiting:
        tried = _decoded(backend, audio, waiting, options, batch_size)
        failed = [piece for piece in tried if _fails(piece)]
        done += [piece for piece in tried if not _fails(piece)]
        waiting = [half for piece in failed for half in _halves(found, piece)]
    return sorted(done, key=lambda piece: piece.start_s)


def _one_by_one(
    backend: Backend, audio: Audio, found: Activity, spans: Sequence[Span], options: DecodingOptions, previous: str
) -> list[Piece]:
    """Each piece with the text of the one before it as ``previous``."""
    waiting, done = list(reversed(spans)), list[Piece]()
    while waiting:
        (piece,) = _decoded(backend, audio, [waiting.pop()], replace(options, previous=previous), 1)
        if _fails(piece):
            waiting += reversed(_halves(found, piece))
            continue
        done.append(piece)
        previous = _said(done, replace(options, previous=previous))
    return done


def _said(pieces: Sequence[Piece], options: DecodingOptions) -> str:
    """What the next piece is told: the last text, unless it loops or has no end; before any, what was given."""
    told = [piece.decoded for piece in pieces if piece.decoded.text]
    if not told:
        return options.previous
    return told[-1].text if told[-1].finished and not told[-1].loop else ""


def _decoded(
    backend: Backend, audio: Audio, spans: Sequence[Span], options: DecodingOptions, batch_size: int
) -> list[Piece]:
    pieces = []
    for batch in plan_batches([end_s - start_s for start_s, end_s in spans], batch_size):
        clips = [audio[round(spans[place][0] * RATE) : round(spans[place][1] * RATE)] for place in batch]
        results = decode(backend, clips, options)
        pieces += [Piece(*spans[place], result) for place, result in zip(batch, results, strict=True)]
    return pieces


def _fails(piece: Piece) -> bool:
    return (piece.decoded.loop or not piece.decoded.finished) and piece.end_s - piece.start_s >= LEAST_S


def _halves(found: Activity, piece: Piece) -> tuple[Span, Span]:
    return halves(found, (piece.start_s, piece.end_s))
