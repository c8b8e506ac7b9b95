"""TrainingBatches: a planned batch in, the tensors of one forward pass out. Runs in worker processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from kowhisper_tel.data.windows import MOST_TICKS, TICK_SAMPLES, Batch, Window
from kowhisper_tel.train import spec_augment
from kowhisper_tel.train.labels import IGNORED, Piece, SpecialTokens, label
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
    heard without it.
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
    ) -> None:
        self._tokens, self._schedule, self._special, self._seed = tokens, schedule, special, seed
        self._n_mels, self._masks = n_mels, masks
        self._rendering = rendering

    def __len__(self) -> int:
        return len(self._schedule)

    def __getitem__(self, number: int) -> dict[str, Any]:
        batch = self._schedule[number]
        rows: list[tuple[list[Placed], bool]] = []
        unrendered = 0
        progress = number / len(self)
        for window in batch.windows:
            clips = [(index, *self._rendering(index, batch.epoch, progress)) for index in window.utterances]
            unrendered += sum(not rendered for _, _, rendered in clips)
            rows += ((row, window.timestamps) for row in place(window, [(i, audio) for i, audio, _ in clips]))
        return self._tensors(rows, batch, number) | {"unrendered": unrendered}

    def _tensors(self, rows: Sequence[tuple[list[Placed], bool]], batch: Batch, number: int) -> dict[str, Any]:
        length = max(batch.length, *(start + _ticks(audio) for row, _ in rows for _, start, audio in row))
        features = torch.stack([self._features(row, length) for row, _ in rows])
        if self._masks is not None:
            spec_augment.mask(features, self._masks, seed=self._seed, path=("train", number))
        framed = [self._label(row, timestamps) for row, timestamps in rows]
        return {
            "input_features": features,
            "decoder_input_ids": _pad([given for given, _ in framed], self._special.end),
            "labels": _pad([asked for _, asked in framed], IGNORED),
        }

    def _features(self, row: Sequence[Placed], length: int) -> torch.Tensor:
        from kowhisper_tel.whisper.features import log_mel

        audio = np.zeros(length * TICK_SAMPLES, np.float32)
        for _, start, samples in row:
            audio[start * TICK_SAMPLES :][: len(samples)] = samples
        return torch.from_numpy(np.asarray(log_mel(audio, self._n_mels)))

    def _label(self, row: Sequence[Placed], timestamps: bool) -> tuple[list[int], list[int]]:
        pieces = [Piece(start, start + _ticks(audio), self._tokens[index]) for index, start, audio in row]
        return label(pieces, self._special, timestamps=timestamps)


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
