"""A backend that hears bursts of tone, and recordings of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kowhisper_tel.core.audio import RATE, Samples
from kowhisper_tel.transcription.listener import Listener
from kowhisper_tel.transcription.model import Model
from kowhisper_tel.whisper.backends.base import Aligned, Encoded, Features, RawDecode, Request
from kowhisper_tel.whisper.vocabulary import Vocabulary

RECORD = {"name": "bursts", "hash": "0" * 16, "engine": "ctranslate2", "quantisation": None, "device": "cpu"}
Recording = Callable[..., Path]


class Bursts:
    """Writes "삐" for each burst, between its times, and last how many clips share the batch."""

    n_mels = 80

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.requests, self.encoded = vocabulary, list[Request](), 0

    def encode(self, features: Features) -> Encoded:
        self.encoded += 1
        return np.ascontiguousarray(features.transpose(0, 2, 1)[:, ::2])

    def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
        self.requests.append(request)
        timed = self.vocabulary.no_timestamps not in request.prompt
        return [self._raw(heard, len(encoded), timed) for heard in encoded]

    def align(
        self, encoded: Encoded, prompt: Sequence[int], texts: Sequence[Sequence[int]], frames: Sequence[int]
    ) -> list[Aligned]:
        """Tokens evenly over the audio."""
        found = []
        for text, length in zip(texts, frames, strict=True):
            path = tuple((place, place * (length // 2) // max(len(text), 1)) for place in range(len(text) + 1))
            found.append(Aligned(path, (0.5,) * len(text)))
        return found

    def _raw(self, frames: Encoded, batch: int, timed: bool) -> RawDecode:
        loud = frames.max(axis=1) > frames.max() - 0.5
        edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(int))).reshape(-1, 2)
        tokens, begin = list[int](), self.vocabulary.timestamp_begin
        for start, end in (edge for edge in edges.tolist() if edge[1] - edge[0] > 8):
            word = list(self.vocabulary.tokens(f" 삐{batch}"))
            tokens += [begin + start, *word, begin + end] if timed else word
        return RawDecode(tuple(tokens), -0.2, 0.0, True)


@pytest.fixture(scope="session")
def vocabulary(whisper_base: Path) -> Vocabulary:
    return Vocabulary.read(whisper_base)


@pytest.fixture
def model(vocabulary: Vocabulary) -> Model:
    return Model(Bursts(vocabulary), RECORD)


@pytest.fixture
def listener(model: Model) -> Listener:
    return Listener(model)


def bursts(starts_s: Sequence[float], duration_s: float, pitch_hz: float = 700.0) -> Samples:
    """Tones of 0.4 s over a faint hiss."""
    moments = np.arange(round(0.4 * RATE)) / RATE
    heard = np.random.default_rng(round(pitch_hz)).normal(0, 1e-5, round(duration_s * RATE)).astype(np.float32)
    for start_s in starts_s:
        first = round(start_s * RATE)
        heard[first : first + len(moments)] += (0.2 * np.sin(2 * np.pi * pitch_hz * moments)).astype(np.float32)
    return heard


def record(path: Path, *tracks: Samples, **settings: str) -> Path:
    """Tracks as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.stack(tracks, axis=1), RATE, **settings)
    return path
