"""Word times: when each word of a text is said, by Whisper's own cross-attention.

The text is forced on the clip (teacher forcing); the attention of the heads that follow the audio's time, softmax over
time, normalised over tokens and median-filtered (7 frames), is the cost of a dynamic time warping between tokens and
encoder frames of 20 ms. The method and the heads are those of openai/whisper (``whisper/timing.py``,
``_ALIGNMENT_HEADS``), run by CTranslate2. A word's confidence is the mean probability of its tokens.

The warping has no state for silence: a pause is given to the word after it, or before it. ``WordTime`` says what the
warping says; whoever cuts at pauses looks at the audio beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kowhisper_tel.whisper.backends.base import Aligned, Backend, Encoded
from kowhisper_tel.whisper.features import HOP
from kowhisper_tel.whisper.vocabulary import DECODER_TOKENS

FRAME_S = 0.02
"""An encoder frame."""
LEAST = 1e-4
"""What a token's probability is at least: below it, all are equally unlikely."""


class AligningBackend(Backend, Protocol):
    """An engine that can also force a text on a clip."""

    def align(
        self, encoded: Encoded, prompt: Sequence[int], texts: Sequence[Sequence[int]], frames: Sequence[int]
    ) -> list[Aligned]:
        """Force ``texts`` on the rows of ``encoded``; ``frames`` of 10 ms in a row are audio."""


@dataclass(frozen=True)
class WordTime:
    """A word, its beginning and end in s from the clip's start, and the mean probability of its tokens.

    ``log_probability`` is the sum of the logarithms of its ``tokens``' probabilities, each no less than ``LEAST``.
    """

    word: str
    start_s: float
    end_s: float
    probability: float
    log_probability: float = 0.0
    tokens: int = 1


def word_times(
    backend: AligningBackend,
    encoded: Encoded,
    samples: Sequence[int],
    texts: Sequence[Sequence[str]],
    language: str = "ko",
) -> list[list[WordTime]]:
    """The times of the words of ``texts``, one text a row of ``encoded`` (``[B, frames, d_model]``).

    ``samples`` (16 kHz) in a row are audio; what follows is padding. A text of no words gives no times. What does not
    fit in the decoder, prompt included, is left without: the list is then shorter than the text.
    """
    vocabulary = backend.vocabulary
    prompt = vocabulary.prompt(language, "transcribe", timestamps=True)  # CTranslate2 adds the no-timestamps token
    pieces = [_fitting([vocabulary.tokens(" " + word) for word in words], len(prompt)) for words in texts]
    tokens = [[token for piece in row for token in piece] for row in pieces]
    rows = [row for row, found in enumerate(tokens) if found]
    times: list[list[WordTime]] = [[] for _ in texts]
    if not rows:
        return times
    frames = [min(samples[row] // HOP, 2 * encoded.shape[1]) for row in rows]
    for row, aligned in zip(rows, backend.align(encoded[rows], prompt, [tokens[r] for r in rows], frames), strict=True):
        times[row] = _words(texts[row], [len(piece) for piece in pieces[row]], aligned)
    return times


def _fitting(pieces: list[Sequence[int]], prompt: int) -> list[Sequence[int]]:
    total, kept = prompt + 2, list[Sequence[int]]()  # 2: no timestamps, and the end
    for piece in pieces:
        total += len(piece)
        if total > DECODER_TOKENS:
            break
        kept.append(piece)
    return kept


def _words(words: Sequence[str], lengths: Sequence[int], aligned: Aligned) -> list[WordTime]:
    begins: dict[int, int] = {}
    for token, frame in aligned.path:
        begins.setdefault(token, frame)
    last = aligned.path[-1][1] + 1 if aligned.path else 0
    found, at = [], 0
    for word, length in zip(words, lengths, strict=False):
        start, end = begins.get(at, last), begins.get(at + length, last)
        probabilities = aligned.probabilities[at : at + length]
        mean = sum(probabilities) / max(len(probabilities), 1)
        total = sum(math.log(max(probability, LEAST)) for probability in probabilities)
        found.append(WordTime(word, start * FRAME_S, end * FRAME_S, mean, total, length))
        at += length
    return found
