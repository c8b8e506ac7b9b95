"""Backend: what decoding wants of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.whisper.vocabulary import Vocabulary

Features = NDArray[np.float32]
"""Log-mel frames of 10 ms: ``[B, n_mels, frames]``, at most 3000 frames."""
Encoded = NDArray[np.float32]
"""What the encoder made of them: ``[B, ceil(frames / 2), d_model]``."""


@dataclass(frozen=True)
class Request:
    """How one batch is to be decoded.

    ``temperature`` 0 takes the likeliest token (or a beam of ``beam_size``); above 0 tokens are drawn, from
    ``seed`` alone. ``nbest`` hypotheses of a beam are given back, at most ``beam_size``; a draw gives one.
    """

    prompt: Sequence[int]
    max_new_tokens: int
    beam_size: int = 1
    temperature: float = 0.0
    seed: int = 0
    nbest: int = 1

    @property
    def beams(self) -> int:
        """The width of the beam: 1 where tokens are drawn."""
        return self.beam_size if self.temperature == 0 else 1

    @property
    def wanted(self) -> int:
        """How many hypotheses of a clip are given back."""
        return min(self.nbest, self.beams)


@dataclass(frozen=True)
class RawDecode:
    """What an engine says of one clip: tokens without prompt and end.

    ``avg_logprob`` is the mean log probability of the tokens and the end; ``no_speech_prob`` the probability of the
    no-speech token as the first one; ``finished`` whether the end token came within ``max_new_tokens``. ``others``
    are the beam's next hypotheses in its order, each as tokens and their mean log probability.
    """

    tokens: tuple[int, ...]
    avg_logprob: float
    no_speech_prob: float
    finished: bool
    others: tuple[tuple[tuple[int, ...], float], ...] = ()


@dataclass(frozen=True)
class Aligned:
    """Where a text that was forced on a clip lies in it.

    ``path``: pairs of the place of a token in the text and an encoder frame of 20 ms, both rising; the place after
    the last token is the end. ``probabilities``: that of each token, given those before it.
    """

    path: tuple[tuple[int, int], ...]
    probabilities: tuple[float, ...]


class Backend(Protocol):
    """An engine with a model loaded."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The model's tokens."""

    @property
    def n_mels(self) -> int:
        """How many mel bands the model wants: 80, or 128 from large-v3 on."""

    def encode(self, features: Features) -> Encoded:
        """Run the encoder; its rows can be decoded again, together or apart, without another run."""

    def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
        """Decode what ``encode`` gave, one result a row, in order."""
