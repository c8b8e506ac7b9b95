"""Long recordings: a call of any length, cut where nobody speaks into pieces that Whisper hears at once, and joined.

The cuts come from the level alone (``core.activity``), so that no speech lies in two pieces and none is left out but
silence of 4 s and more, where Whisper likes to invent. Pieces are decoded in batches, longest first, each without
knowledge of the others: what one gets wrong does not spread. A piece whose text loops or has no end after all that the
loop guard tried is cut in two, and its halves are decoded anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kowhisper_tel.core.activity import Activity, activity, halves, windows
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.stretches import Span
from kowhisper_tel.whisper.backends.base import Backend
from kowhisper_tel.whisper.decoding import Audio, Decoded, DecodingOptions, decode, plan_batches
from kowhisper_tel.whisper.segments import Segment
from kowhisper_tel.whisper.vocabulary import DECODER_TOKENS

MOST_S = 28.0
"""The longest piece: Whisper's window, less a tail of silence."""
LEAST_S = 8.0
"""What is shorter is not cut in two again."""
BATCH_SIZE = 8


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


def decode_long(
    backend: Backend, audio: Audio, options: DecodingOptions | None = None, batch_size: int = BATCH_SIZE
) -> list[Piece]:
    """Decode a recording ``float32[n]`` (16 kHz, of any length): its pieces in order, none where all is silence.

    A piece may have as many tokens as the decoder has places for: 28 s of fast Korean are more than the 224 that
    ``max_new_tokens`` allows a short clip. Beside the recording itself, memory holds one batch and 10 ms frames of its
    level. Raises ``UserError`` (``decode.language``).
    """
    options = replace(options or DecodingOptions(), max_new_tokens=DECODER_TOKENS)
    found = activity(audio, shared=True)
    waiting, done = windows(found, MOST_S), list[Piece]()
    while waiting:
        tried = _decoded(backend, audio, waiting, options, batch_size)
        failed = [piece for piece in tried if _fails(piece)]
        done += [piece for piece in tried if not _fails(piece)]
        waiting = [half for piece in failed for half in _halves(found, piece)]
    return sorted(done, key=lambda piece: piece.start_s)


def joined(pieces: Sequence[Piece]) -> str:
    """The text of all pieces, in order, parted by spaces."""
    return " ".join(piece.decoded.text for piece in pieces if piece.decoded.text)


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
