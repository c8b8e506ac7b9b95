"""What both Whisper engines share: one loop guard for every model (``kowhisper_tel.whisper.decoding``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eval_suites.engines import Clip
from eval_suites.hypothesis import Transcript

if TYPE_CHECKING:
    from kowhisper_tel.whisper.backends.base import Backend
    from kowhisper_tel.whisper.decoding import DecodingOptions


class WhisperEngine:
    """A backend and the options that it decodes with."""

    def __init__(self, backend: Backend, options: DecodingOptions) -> None:
        self._backend = backend
        self._options = options

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        """Decode one batch by fit windows."""
        from kowhisper_tel.whisper.decoding import decode

        options = dataclasses.replace(self._options, **clips[0].decoding) if clips else self._options
        decoded = decode(self._backend, [clip.audio for clip in clips], options)
        return [
            Transcript(d.text, d.avg_logprob, d.compression_ratio, d.window_s, d.attempts, d.finished) for d in decoded
        ]
