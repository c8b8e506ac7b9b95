"""Aligner: one track and its transcript in, pieces with their confidence out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.activity import STEP_S, Activity, activity, windows
from kowhisper_tel.core.audio import RATE, Samples
from kowhisper_tel.core.stretches import Span
from kowhisper_tel.data.long_recordings.anchors import letters, match
from kowhisper_tel.data.long_recordings.checked import Checked, check
from kowhisper_tel.data.long_recordings.pieces import Piece, cuts, pieces
from kowhisper_tel.whisper.backends.base import Encoded, Features, RawDecode, Request
from kowhisper_tel.whisper.decoding import DecodingOptions, decode, plan_batches
from kowhisper_tel.whisper.features import MAX_S
from kowhisper_tel.whisper.vocabulary import Vocabulary
from kowhisper_tel.whisper.word_times import AligningBackend, WordTime, word_times

WINDOW_S = 28.0
"""The recogniser is given at most this, and a second of silence after it."""

DOUBTFUL = 0.5
"""A word beside a cut that is less likely than this may belong on the other side of it."""

KEPT = np.float16
Kept = NDArray[np.float16]
"""What the encoder made of a window, until it is needed again: half the memory, some 0.4 GB for an hour by base."""

Progress = Callable[[float], None]
"""Called with the share of the work that is done."""


@dataclass(frozen=True)
class Alignment:
    """The pieces of a track, in order, and where it is active. No piece: nothing is said, or nothing was found."""

    pieces: tuple[Checked, ...]
    activity: Activity

    def speech_s(self, start_s: float, end_s: float) -> float:
        """Seconds in which somebody speaks."""
        first, last = (round(time_s / STEP_S) for time_s in (start_s, end_s))
        return float(self.activity.active[first:last].sum()) * STEP_S

    @property
    def strays(self) -> list[Span]:
        """The stretches between the pieces, and before and after them, in which somebody speaks."""
        edges = [0.0, *(t for p in self.pieces for t in (p.piece.start_s, p.piece.end_s)), self.activity.duration_s]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if self.speech_s(a, b) > 0]


class _Keeping:
    """A backend that keeps what the encoder made of a batch."""

    def __init__(self, backend: AligningBackend) -> None:
        self._backend = backend
        self.encoded: Encoded | None = None

    @property
    def vocabulary(self) -> Vocabulary:
        return self._backend.vocabulary

    @property
    def n_mels(self) -> int:
        return self._backend.n_mels

    def encode(self, features: Features) -> Encoded:
        encoded = self._backend.encode(features)
        self.encoded = encoded if self.encoded is None else self.encoded  # of the first window, which all clips share
        return encoded

    def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
        return self._backend.generate(encoded, request)


@dataclass(frozen=True)
class Aligner:
    """Aligns tracks by a loaded model, ``batch_size`` windows at a time. Holds no state: the same in, the same out."""

    backend: AligningBackend
    most_s: float = 20.0
    batch_size: int = 4
    language: str = "ko"

    def align(
        self,
        track: Samples,
        words: Sequence[str],
        borders: Sequence[int],
        *,
        shared: bool,
        progress: Progress | None = None,
    ) -> Alignment:
        """The pieces of a transcript's ``words`` on ``track`` (float32[n], 16 kHz), all words in them, in order.

        ``borders``: the words that begin a turn, and so a piece. ``shared``: several people speak on this track.
        """
        found = activity(track, shared=shared)
        spans = windows(found, WINDOW_S) if words else []
        heard, kept = self._hear(track, spans, _part(progress, 0.0, 0.5))
        flat = [_later(word, span[0]) for span, row in zip(spans, heard, strict=True) for word in row]
        if not flat:
            return Alignment((), found)
        rough_s = _interpolated(match(words, flat), words, found)
        ends_s = self._ends(rough_s, words, spans, kept)
        made = pieces(cuts(ends_s, found, borders), borders, self.most_s)
        return Alignment(tuple(self._check(track, words, made, borders, _part(progress, 0.5, 1.0))), found)

    def _hear(
        self, track: Samples, spans: Sequence[Span], progress: Progress
    ) -> tuple[list[list[WordTime]], list[Kept]]:
        heard: list[list[WordTime]] = [[] for _ in spans]
        kept: list[Kept] = [np.zeros((0, 0), KEPT)] * len(spans)
        options = DecodingOptions(
            language=self.language, no_speech_threshold=None
        )  # a transcript says that somebody speaks
        for batch in plan_batches([end - start for start, end in spans], self.batch_size):
            rows, encoded = self._heard([_clip(track, spans[place]) for place in batch], options)
            for place, row, own in zip(batch, rows, encoded, strict=True):
                heard[place], kept[place] = row, own.astype(KEPT)
            progress(sum(bool(len(encoded)) for encoded in kept) / len(kept))
        return heard, kept

    def _ends(
        self, rough_s: NDArray[np.float64], words: Sequence[str], spans: Sequence[Span], kept: Sequence[Kept]
    ) -> NDArray[np.float64]:
        """When each word ends: forced on the window that it lies in; where that says nothing, as it was."""
        ends_s = rough_s[:, 1].copy()
        starts = np.array([start for start, _ in spans[1:]])
        window = np.searchsorted(starts, rough_s.mean(axis=1), side="right")
        for place, (start_s, end_s) in enumerate(spans):
            inside = np.flatnonzero(window == place).tolist()
            if not inside:
                continue
            samples = round((end_s - start_s) * RATE)
            text, encoded = [words[i] for i in inside], kept[place][None].astype(np.float32)
            row = word_times(self.backend, encoded, [samples], [text], self.language)[0]
            for i, word in zip(inside, row, strict=False):
                ends_s[i] = start_s + word.end_s
        return np.maximum.accumulate(ends_s)

    def _check(
        self, track: Samples, words: Sequence[str], made: Sequence[Piece], borders: Sequence[int], progress: Progress
    ) -> list[Checked]:
        heard, kept = self._hear_pieces(track, made, progress)
        forced = self._forced(words, made, kept, [(place, p.first, p.last) for place, p in enumerate(made)])
        moved = self._shifted(words, made, kept, forced, borders)
        changed = [place for place, (old, new) in enumerate(zip(made, moved, strict=True)) if old != new]
        again = self._forced(words, moved, kept, [(place, moved[place].first, moved[place].last) for place in changed])
        for place, row in zip(changed, again, strict=True):
            forced[place] = row
        return [
            check(piece, piece.last - piece.first, row, free)
            for piece, row, free in zip(moved, forced, heard, strict=True)
        ]

    def _hear_pieces(
        self, track: Samples, made: Sequence[Piece], progress: Progress
    ) -> tuple[list[list[WordTime]], list[Kept]]:
        heard: list[list[WordTime]] = [[] for _ in made]
        kept: list[Kept] = [np.zeros((0, 0), KEPT)] * len(made)
        spans = [(piece.start_s, min(piece.end_s, piece.start_s + MAX_S)) for piece in made]
        options = DecodingOptions(language=self.language, temperatures=(0.0,), no_speech_threshold=None)
        for batch in plan_batches([end - start for start, end in spans], self.batch_size * 2):
            rows, encoded = self._heard([_clip(track, spans[place]) for place in batch], options)
            for place, row, own in zip(batch, rows, encoded, strict=True):
                heard[place], kept[place] = row, own.astype(KEPT)
            progress(sum(bool(len(encoded)) for encoded in kept) / len(kept))
        return heard, kept

    def _heard(self, clips: Sequence[Samples], options: DecodingOptions) -> tuple[list[list[WordTime]], Encoded]:
        """What is heard in a batch, with the times of its words, and what the encoder made of it."""
        keeping = _Keeping(self.backend)
        texts = [result.text.split() for result in decode(keeping, clips, options)]
        assert keeping.encoded is not None
        samples = [len(clip) for clip in clips]
        return word_times(self.backend, keeping.encoded, samples, texts, self.language), keeping.encoded

    def _shifted(
        self,
        words: Sequence[str],
        made: Sequence[Piece],
        kept: Sequence[Kept],
        forced: Sequence[Sequence[WordTime]],
        borders: Sequence[int],
    ) -> list[Piece]:
        """The pieces with a word moved over a cut where one beside it is doubtful, and likelier on the other side."""
        moved = list(made)
        for place in range(len(made) - 1):
            if made[place].last in borders or not _doubtful(forced[place], forced[place + 1]):
                continue
            steps = [step for step in (0, -1, 1) if _can(moved, place, step)]
            sides = [(place, moved[place].first, moved[place].last + step) for step in steps]
            sides += [(place + 1, moved[place].last + step, moved[place + 1].last) for step in steps]
            rows = self._forced(words, moved, kept, sides)
            scores = [
                sum(word.log_probability for word in (*before, *after))
                for before, after in zip(rows[: len(steps)], rows[len(steps) :], strict=True)
            ]
            step = steps[int(np.argmax(scores))]
            moved[place] = replace(moved[place], last=moved[place].last + step)
            moved[place + 1] = replace(moved[place + 1], first=moved[place + 1].first + step)
        return moved

    def _forced(
        self,
        words: Sequence[str],
        made: Sequence[Piece],
        kept: Sequence[Kept],
        wanted: Sequence[tuple[int, int, int]],
    ) -> list[list[WordTime]]:
        """Words ``first`` up to ``last`` forced on a piece, for each (piece, first, last); like windows together."""
        results: list[list[WordTime]] = [[] for _ in wanted]
        order = sorted(range(len(wanted)), key=lambda i: (-len(kept[wanted[i][0]]), i))
        for _, group in groupby(order, key=lambda i: len(kept[wanted[i][0]])):
            same = list(group)
            for batch in (same[at : at + self.batch_size * 2] for at in range(0, len(same), self.batch_size * 2)):
                taken = [wanted[i] for i in batch]
                encoded = np.stack([kept[place] for place, _, _ in taken]).astype(np.float32)
                samples = [round((made[place].end_s - made[place].start_s) * RATE) for place, _, _ in taken]
                texts = [words[first:last] for _, first, last in taken]
                for i, row in zip(batch, word_times(self.backend, encoded, samples, texts, self.language), strict=True):
                    results[i] = row
        return results


def _part(progress: Progress | None, first: float, last: float) -> Progress:
    return lambda share: progress(first + share * (last - first)) if progress else None


def _doubtful(before: Sequence[WordTime], after: Sequence[WordTime]) -> bool:
    edges = [*before[-1:], *after[:1]]
    return any(word.probability < DOUBTFUL for word in edges)


def _can(made: Sequence[Piece], place: int, step: int) -> bool:
    return made[place].last + step > made[place].first and made[place].last + step < made[place + 1].last


def _clip(track: Samples, span: Span) -> Samples:
    return track[round(span[0] * RATE) : round(span[1] * RATE)]


def _later(word: WordTime, by_s: float) -> WordTime:
    return replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s)


def _interpolated(word_s: NDArray[np.float64], words: Sequence[str], found: Activity) -> NDArray[np.float64]:
    """Times for all words: those that are no anchors share the speech between their neighbours by their letters."""
    lengths = np.array([max(1, len(letters(word))) for word in words], dtype=np.float64)
    after = np.cumsum(lengths)
    known = np.isfinite(word_s[:, 0])
    elapsed = found.elapsed_s
    clock = np.arange(len(elapsed)) * STEP_S
    # Knots of (letters, seconds of speech): beginning and end of each anchor, and of the whole.
    spoken = np.interp(word_s[known], clock, elapsed)
    x = np.concatenate([[0.0], np.stack([after[known] - lengths[known], after[known]], 1).ravel(), [after[-1]]])
    y = np.maximum.accumulate(np.concatenate([[0.0], spoken.ravel(), [elapsed[-1]]]))
    edges = np.stack([np.interp(after - lengths, x, y), np.interp(after, x, y)], axis=1)
    rising = elapsed + np.arange(len(elapsed)) * 1e-9
    times = np.interp(edges, rising, clock)
    times[known] = word_s[known]
    return np.maximum.accumulate(times, axis=0)
