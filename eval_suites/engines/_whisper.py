"""What both Whisper engines share: one loop guard for every model (``kowhisper_tel.whisper.decoding``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eval_suites.engines import Clip
from eval_suites.hypothesis import Transcript
from eval_suites.suite import WINDOW_S
from kowhisper_tel.core.audio import RATE

if TYPE_CHECKING:
    from kowhisper_tel.whisper.backends.base import Backend
    from kowhisper_tel.whisper.decoding import Decoded, DecodingOptions
    from kowhisper_tel.whisper.long import Piece


class WhisperEngine:
    """A backend and the options that it decodes with."""

    def __init__(self, backend: Backend, options: DecodingOptions) -> None:
        self._backend = backend
        self._options = options

    @property
    def backend(self) -> Backend:
        """The opened model, for what decodes by itself."""
        return self._backend

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        """Decode one batch by fit windows; what is longer than Whisper's window, piece by piece."""
        from kowhisper_tel.whisper.decoding import decode
        from kowhisper_tel.whisper.long import decode_long

        options = dataclasses.replace(self._options, **clips[0].decoding) if clips else self._options
        short = [clip.audio for clip in clips if not _is_long(clip)]
        decoded = iter(decode(self._backend, short, options))
        return [
            of_pieces(decode_long(self._backend, clip.audio, options)) if _is_long(clip) else _of(next(decoded))
            for clip in clips
        ]


def of_pieces(pieces: Sequence[Piece]) -> Transcript:
    """What was heard in a long recording: the worst that befell any piece, and where each of them lies.

    Of a recording in which nobody speaks nothing is decoded, and nothing but that is known.
    """
    from kowhisper_tel.whisper.long import joined

    if not pieces:
        return Transcript("")
    heard = [piece.decoded for piece in pieces]
    weights = [len(one.tokens) + 1 for one in heard]  # the end is a token, too
    return Transcript(
        joined(pieces),
        sum(one.avg_logprob * weight for one, weight in zip(heard, weights, strict=True)) / sum(weights),
        max(one.compression_ratio for one in heard),
        max(one.window_s for one in heard),
        max(one.attempts for one in heard),
        all(one.finished for one in heard),
        segments=tuple(segment for piece in pieces for segment in piece.segments),
        no_speech=heard[0].no_speech if all(one.no_speech for one in heard) else "",
    )


def _of(d: Decoded) -> Transcript:
    return Transcript(
        d.text, d.avg_logprob, d.compression_ratio, d.window_s, d.attempts, d.finished, d.nbest, d.segments,
        no_speech=d.no_speech,
    )  # fmt: skip


def _is_long(clip: Clip) -> bool:
    return len(clip.audio) > WINDOW_S * RATE
