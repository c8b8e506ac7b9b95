"""TrainingBatches: a planned batch in, the tensors of one forward pass out. Runs in worker processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from kowhisper_tel.data.windows import MOST_TICKS, TICK_SAMPLES, Batch, Window
from kowhisper_tel.train import ranks
from kowhisper_tel.train.features import Features
from kowhisper_tel.train.labels import IGNORED, Piece, SpecialTokens, label
from kowhisper_tel.train.no_speech import NoSpeech, floor
from kowhisper_tel.train.rendering import Rendering, Samples
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import SpecAugment

Clip = tuple[int, Samples]
"""An utterance's position in the manifest, and its audio as the model shall hear it."""
Placed = tuple[int, int, Samples]
"""The same with the tick where it begins in its window."""


class TrainingBatches(Dataset[dict[str, Any]]):
    """Batch ``n`` of a schedule as tensors: a pure function of the seed and ``n``, in whichever process.

    A batch is ``input_features`` float32[windows, mels, frames], ``decoder_input_ids`` and ``labels`` int64[windows,
    tokens], and ``unrendered``: how many utterances a voice or a channel had drawn out beyond 30 s, so that they are
    heard without it. With ``on_device`` it has ``audio`` float32[windows, samples], its ``number`` and its windows'
    ``places`` in place of features: ``features.complete`` then makes them where the model is. Of several ``ranks`` each
    has its own part of every batch.
    """

    def __init__(
        self,
        rendering: Rendering,
        tokens: Sequence[Sequence[int]],
        schedule: Schedule,
        special: SpecialTokens,
        *,
        seed: int,
        n_mels: int,
        masks: SpecAugment | None = None,
        nospeech: NoSpeech | None = None,
        on_device: bool = False,
    ) -> None:
        """``nospeech`` makes the sounds of windows without speech, if the schedule has any."""
        self._tokens, self._schedule, self._special, self._seed = tokens, schedule, special, seed
        self._rendering, self._nospeech, self._on_device = rendering, nospeech, on_device
        self.features = Features(n_mels, masks, seed)

    def __len__(self) -> int:
        return len(self._schedule)

    def __getitem__(self, number: int) -> dict[str, Any]:
        batch = self._schedule[number]
        windows, count = ranks.share(batch.windows)
        rows: list[_Row] = []
        places: list[int] = []
        unrendered = 0
        progress = number / len(self)
        for at, window in windows:
            clips = [(index, *self._rendering(index, batch.epoch, progress)) for index in window.utterances]
            unrendered += sum(not rendered for _, _, rendered in clips)
            made = self._rows(window, [(i, audio) for i, audio, _ in clips], number, at)
            rows += made
            places += range(at, at + len(made) * len(batch.windows), len(batch.windows))
        tensors = self._tensors(rows, batch, number, places)
        if not count:
            tensors["labels"].fill_(IGNORED)
        return tensors | {"unrendered": unrendered * count}

    def _rows(self, window: Window, clips: Sequence[Clip], number: int, at: int) -> list[_Row]:
        """A row for the window, or more where its clips have become too long for one."""
        if window.nospeech:
            if self._nospeech is None:
                raise ValueError("the schedule has windows without speech: give nospeech")
            return [_Row([], window.timestamps, self._nospeech(window.nospeech, number, at))]
        ground = floor(MOST_TICKS, self._seed, number, at) if window.full else None
        said = [token for index in window.previous for token in self._tokens[index]]
        begun, *more = place(window, clips)
        return [_Row(begun, window.timestamps, ground, said), *(_Row(row, window.timestamps) for row in more)]

    def _tensors(self, rows: Sequence[_Row], batch: Batch, number: int, places: list[int]) -> dict[str, Any]:
        length = max(batch.length, *(start + _ticks(audio) for row in rows for _, start, audio in row.clips), 0)
        audio = torch.from_numpy(np.stack([row.audio(length) for row in rows]))
        framed = [self._label(row) for row in rows]
        heard = (
            {"audio": audio, "number": number, "places": places}
            if self._on_device
            else {"input_features": self.features(audio, number, places)}
        )
        return heard | {
            "decoder_input_ids": _pad([given for given, _ in framed], self._special.end),
            "labels": _pad([asked for _, asked in framed], IGNORED),
        }

    def _label(self, row: _Row) -> tuple[list[int], list[int]]:
        pieces = [Piece(start, start + _ticks(audio), self._tokens[index]) for index, start, audio in row.clips]
        return label(pieces, self._special, timestamps=row.timestamps, previous=row.previous)


@dataclass(frozen=True)
class _Row:
    """A window with its audio: clips placed on a ground, which is silence if there is none."""

    clips: Sequence[Placed]
    timestamps: bool
    ground: Samples | None = None
    previous: Sequence[int] = ()

    def audio(self, length: int) -> Samples:
        """float32[length · 320]."""
        audio = np.zeros(length * TICK_SAMPLES, np.float32)
        if self.ground is not None:
            audio[: len(self.ground)] = self.ground[: len(audio)]
        for _, start, samples in self.clips:
            audio[start * TICK_SAMPLES :][: len(samples)] += samples
        return audio


def place(window: Window, clips: Sequence[Clip]) -> list[list[Placed]]:
    """Where each clip of a window begins, in ticks.

    A channel may have made a clip longer than planned: then the gap before it goes first, and a clip that still does
    not fit into 30 s begins a window of its own. Each clip alone must fit.
    """
    rows: list[list[Placed]] = [[]]
    end = 0
    for (index, audio), gap in zip(clips, window.gaps, strict=True):
        start = end + gap if end + gap + _ticks(audio) <= MOST_TICKS else end
        if start + _ticks(audio) > MOST_TICKS:
            rows.append([])
            start = 0
        rows[-1].append((index, start, audio))
        end = start + _ticks(audio)
    return rows


def _ticks(audio: Samples) -> int:
    return -(-len(audio) // TICK_SAMPLES)


def _pad(rows: Sequence[list[int]], filler: int) -> torch.Tensor:
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])
