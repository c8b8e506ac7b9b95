"""Words: when each word of a decoded recording is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kowhisper_tel.core.audio import RATE, Samples
from kowhisper_tel.transcription.transcript import Word
from kowhisper_tel.whisper.decoding import DecodingOptions, plan_batches, window_of
from kowhisper_tel.whisper.features import log_mel
from kowhisper_tel.whisper.long import Piece
from kowhisper_tel.whisper.word_times import WordTime, word_times


@dataclass(frozen=True)
class Words:
    """A backend that aligns (``word_times.AligningBackend``), and how the pieces were decoded."""

    backend: Any
    options: DecodingOptions
    batch_size: int


def words_of(by: Words, audio: Samples, pieces: Sequence[Piece]) -> list[list[tuple[Word, ...]]]:
    """The words of each segment of each piece, in the recording's time.

    Each piece is heard once more, in batches like those it was decoded in. Words that the decoder has no room for
    (``word_times``) are left out.
    """
    texts = [[text.split() for _, _, text in piece.segments] for piece in pieces]
    found: list[list[tuple[Word, ...]]] = [[()] * len(rows) for rows in texts]
    spoken = [place for place, rows in enumerate(texts) if rows]
    for batch in plan_batches([pieces[place].end_s - pieces[place].start_s for place in spoken], by.batch_size):
        places = [spoken[number] for number in batch]
        clips = [audio[round(pieces[p].start_s * RATE) : round(pieces[p].end_s * RATE)] for p in places]
        flat = [[word for row in texts[place] for word in row] for place in places]
        times = word_times(by.backend, _encoded(by, clips), [len(clip) for clip in clips], flat, by.options.language)
        for place, row in zip(places, times, strict=True):
            found[place] = list(_in_segments(pieces[place], [len(words) for words in texts[place]], row))
    return found


def _encoded(by: Words, clips: Sequence[Samples]) -> Any:
    samples = round(window_of([len(clip) / RATE for clip in clips], by.options) * RATE)
    return by.backend.encode(
        np.stack([log_mel(np.pad(clip, (0, samples - len(clip))), by.backend.n_mels) for clip in clips])
    )


def _in_segments(piece: Piece, counts: Sequence[int], times: Sequence[WordTime]) -> Iterator[tuple[Word, ...]]:
    at, earliest_s, lasts_s = 0, 0.0, piece.end_s - piece.start_s
    for count in counts:
        words = []
        for time in times[at : at + count]:
            start_s = min(max(time.start_s, earliest_s), lasts_s)
            earliest_s = min(max(time.end_s, start_s), lasts_s)
            words.append(Word(time.word, piece.start_s + start_s, piece.start_s + earliest_s, time.probability))
        yield tuple(words)
        at += count
