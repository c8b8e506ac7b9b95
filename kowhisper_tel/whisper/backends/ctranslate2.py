"""CTranslate2: the fast engine, on CPUs by int8."""

from __future__ import annotations

import json
import mmap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.backends.base import Aligned, Encoded, Features, RawDecode, Request
from kowhisper_tel.whisper.ct2_format import layers, read_variables
from kowhisper_tel.whisper.generation import misfits
from kowhisper_tel.whisper.vocabulary import Vocabulary


class Ct2Backend:
    """A folder that ``ct2.convert`` wrote, on ``threads`` cores (0: as CTranslate2 sees fit).

    Raises ``UserError``: ``model.not_ct2`` for another kind of folder, ``model.generation`` for a ``config.json`` that
    names what the model has not got.
    """

    def __init__(self, folder: Path, threads: int = 0, device: str = "cpu", compute_type: str = "default") -> None:
        if not (folder / "model.bin").is_file():
            raise UserError("model.not_ct2", folder=folder)
        _check(folder)
        self._folder = folder
        self._settings = {"device": device, "compute_type": compute_type, "intra_threads": threads}
        self._model = self._load()
        self._vocabulary = Vocabulary.read(folder)

    @property
    def vocabulary(self) -> Vocabulary:
        """The model's tokens."""
        return self._vocabulary

    @property
    def n_mels(self) -> int:
        """How many mel bands the model wants."""
        return int(self._model.n_mels)

    def encode(self, features: Features) -> Encoded:
        """Run the encoder on features ``[B, n_mels, frames]``."""
        import ctranslate2

        encoded = self._model.encode(_view(features), to_cpu=True).to(ctranslate2.DataType.float32)
        return np.array(encoded, dtype=np.float32)

    def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
        """Decode what ``encode`` gave, one result a row."""
        found = self._generate(encoded, request)
        if request.beams == 1:
            return found
        # A beam ranks by the mean over the tokens without the end: saying nothing comes last there, however likely.
        timed = self._vocabulary.no_timestamps not in request.prompt
        ended = self._generate(encoded, replace(request, max_new_tokens=1 + timed, beam_size=1, nbest=1))
        return [
            first if first.finished and not self._vocabulary.says(first.tokens) else raw
            for first, raw in zip(ended, found, strict=True)
        ]

    def _generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
        prompt, limit, plain = list(request.prompt), request.max_new_tokens, request.beams == 1
        results = self._engine(request).generate(
            _view(encoded),
            [prompt] * len(encoded),
            beam_size=request.beams,
            num_hypotheses=request.wanted,
            sampling_topk=1 if request.temperature == 0 else 0,
            sampling_temperature=request.temperature or 1.0,
            # It takes the lesser of half of it and what the prompt leaves, whose last token it counts as the text's.
            max_length=max(2 * limit, len(prompt) - 1 + limit),
            return_scores=True,
            length_penalty=0 if plain else 1,  # 0: the sum
            return_no_speech_prob=True,
            suppress_blank=False,  # it would forbid to end at once, which is how a model says that nobody speaks
        )
        return [self._raw(result, limit, summed=plain) for result in results]

    def languages(self, encoded: Encoded) -> list[str]:
        """The language (``ko``) that the model itself takes each row for: its likeliest one after the start token."""
        found = self._model.detect_language(_view(encoded))
        return [str(ranked[0][0]).strip("<|>") for ranked in found]

    def align(
        self, encoded: Encoded, prompt: Sequence[int], texts: Sequence[Sequence[int]], frames: Sequence[int]
    ) -> list[Aligned]:
        """Force texts (tokens without prompt and end) on what ``encode`` gave, one a row. See ``word_times``.

        ``frames`` says how many feature frames of a row are audio and no padding. The heads are the model's own
        alignment heads, or where its config names none all of the decoder's upper half, as OpenAI's code has it.
        """
        found = self._model.align(_view(encoded), list(prompt), [list(t) for t in texts], list(frames))
        # Of 2 frames of 20 ms or less it says that a token begins at frame -1.
        paths = (tuple((token, max(frame, 0)) for token, frame in result.alignments) for result in found)
        return [Aligned(path, tuple(r.text_token_probs)) for path, r in zip(paths, found, strict=True)]

    def _engine(self, request: Request) -> Any:
        # A worker of CTranslate2 takes the seed once, when it starts, and then goes on from where the last batch
        # ended. So that a draw depends on its request alone, each has a fresh worker (0.05 s for whisper-base).
        if request.temperature == 0:
            return self._model
        import ctranslate2

        ctranslate2.set_random_seed(request.seed)
        return self._load()

    def _load(self) -> Any:
        import ctranslate2

        return ctranslate2.models.Whisper(str(self._folder), **self._settings)

    @staticmethod
    def _raw(result: Any, limit: int, *, summed: bool) -> RawDecode:
        first, *others = (
            (tuple(tokens), score / (len(tokens) + 1) if summed else _mean(score, len(tokens)))
            for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
        )
        told = tuple(other for other in others if other[0])  # of one without tokens nobody knows the score
        return RawDecode(*first, float(result.no_speech_prob), len(first[0]) < limit, told)


def _check(folder: Path) -> None:
    """Its own code would not: see ``generation``. What cannot be read here (bfloat16) is left to it."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        with (folder / "model.bin").open("rb") as file:
            variables = read_variables(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
        heads = int(variables["decoder/num_heads"])
        vocabulary = len(variables["decoder/embeddings/weight"])
    except (OSError, ValueError, KeyError):
        return
    problems = list(misfits(config, vocabulary, layers(variables, "decoder"), heads))
    if problems:
        raise UserError("model.generation", folder=folder, file="config.json", problems="; ".join(problems))


def _mean(score: float, tokens: int) -> float:
    """A beam's score is the sum of log probabilities, the end included, over the number of tokens without it."""
    return float(score * tokens / (tokens + 1) if tokens else score)


def _view(array: Features | Encoded) -> Any:
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.ascontiguousarray(array, dtype=np.float32))
