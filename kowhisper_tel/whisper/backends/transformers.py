"""transformers: the reference engine, slower, on any device that torch has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kowhisper_tel.whisper.backends.base import Aligned, Encoded, Features, RawDecode, Request
from kowhisper_tel.whisper.vocabulary import Vocabulary

if TYPE_CHECKING:
    import torch


class TransformersBackend:
    """A Hugging Face folder, decoded by transformers' plain generation over the short-window encoder.

    Whisper's own ``generate`` is passed by: it pads every window to 30 s in silence, and brings a fallback of its
    own. ``model`` may be given to decode with one that is already loaded (while it is trained, say; of one wrapped
    by peft its ``get_base_model()``); it is left in the mode it was in.
    """

    def __init__(self, folder: Path, model: Any = None, device: str = "cpu") -> None:
        from kowhisper_tel.whisper.model import load_model, load_tokenizer

        self._model: Any = load_model(folder).to(device) if model is None else model
        self._vocabulary = Vocabulary(load_tokenizer(folder).backend_tokenizer)

    @property
    def vocabulary(self) -> Vocabulary:
        """The model's tokens."""
        return self._vocabulary

    @property
    def n_mels(self) -> int:
        """How many mel bands the model wants."""
        return int(self._model.config.num_mel_bins)

    def encode(self, features: Features) -> Encoded:
        """Run the short-window encoder on features ``[B, n_mels, frames]``."""
        from kowhisper_tel.whisper.encoder import encode

        with self._inference():
            hidden = encode(self._model, self._tensor(features)).last_hidden_state
            return np.asarray(hidden.float().cpu())

    def generate(self, encoded: Encoded, request: Request) -> list[RawDecode]:
        """Decode what ``encode`` gave, one result a row."""
        from transformers.modeling_outputs import BaseModelOutput

        with self._inference():
            hidden = self._tensor(encoded).to(self._model.dtype)
            return self._generate(BaseModelOutput(last_hidden_state=hidden), request)

    def align(
        self, encoded: Encoded, prompt: Sequence[int], texts: Sequence[Sequence[int]], frames: Sequence[int]
    ) -> list[Aligned]:
        """Force texts (tokens without prompt and end) on what ``encode`` gave, one a row. See ``word_times``."""
        from kowhisper_tel.whisper.backends.cross_attention import align

        with self._inference():
            hidden = self._tensor(encoded).to(self._model.dtype)
            return [
                align(self._model, self._vocabulary, hidden[row : row + 1], prompt, text, frames[row])
                for row, text in enumerate(texts)
            ]

    @contextmanager
    def _inference(self) -> Iterator[None]:
        import torch

        training = self._model.training
        self._model.eval()
        try:
            with torch.inference_mode():
                yield
        finally:
            self._model.train(training)

    def _tensor(self, array: Features | Encoded) -> torch.Tensor:
        import torch

        return torch.from_numpy(array).to(self._model.device)

    def _generate(self, encoded: Any, request: Request) -> list[RawDecode]:
        import torch
        from transformers import GenerationMixin
        from transformers.modeling_outputs import BaseModelOutput

        hidden, wanted = encoded.last_hidden_state, request.wanted
        prompt = torch.tensor([list(request.prompt)] * len(hidden), device=hidden.device)
        sequences = GenerationMixin.generate(
            self._model,
            encoder_outputs=encoded,
            attention_mask=torch.ones(hidden.shape[:2], dtype=torch.long, device=hidden.device),
            decoder_input_ids=prompt,
            generation_config=self._settings(request),
            logits_processor=self._rules(request),
        )
        # One more pass of the decoder scores the finished text, whether it came from a beam, a draw or neither.
        heard = BaseModelOutput(last_hidden_state=hidden.repeat_interleave(wanted, 0)) if wanted > 1 else encoded
        scored = self._model.model(encoder_outputs=heard, decoder_input_ids=sequences, use_cache=False)
        rows = zip(sequences.tolist(), scored.last_hidden_state, strict=True)
        raws = [self._raw(sequence, states, request) for sequence, states in rows]
        return [_with_others(raws[place : place + wanted]) for place in range(0, len(raws), wanted)]

    def _settings(self, request: Request) -> Any:
        from transformers import GenerationConfig

        config, vocabulary, begin = self._model.generation_config, self._vocabulary, len(request.prompt)
        return GenerationConfig(
            decoder_start_token_id=vocabulary.start,
            bos_token_id=vocabulary.end,
            eos_token_id=vocabulary.end,
            pad_token_id=vocabulary.end,
            suppress_tokens=list(config.suppress_tokens or []),
            # Those of the model's folder forbid to end at once, which is how a model says that nobody speaks; and what
            # is None here is taken from there.
            begin_suppress_tokens=[],
            num_beams=request.beams,
            num_return_sequences=request.wanted,
            do_sample=False,
            max_length=min(begin + request.max_new_tokens, self._model.config.max_target_positions),
        )

    def _rules(self, request: Request) -> Any:
        from transformers import LogitsProcessorList
        from transformers.generation import WhisperTimeStampLogitsProcessor

        rules = LogitsProcessorList()
        if self._vocabulary.no_timestamps not in request.prompt:
            config = self._model.generation_config
            rules.append(WhisperTimeStampLogitsProcessor(config, begin_index=len(request.prompt)))
        if request.temperature > 0:
            rules.append(_draw(request))
        return rules

    def _raw(self, sequence: list[int], states: torch.Tensor, request: Request) -> RawDecode:
        begin, end = len(request.prompt), self._vocabulary.end
        new = sequence[begin:]
        finished = end in new
        tokens = new[: new.index(end)] if finished else new
        scored = new[: len(tokens) + finished]
        logits = self._model.proj_out(states[begin - 1 : begin - 1 + len(scored)]).float()
        config = self._model.generation_config  # as CTranslate2 scores: among the tokens that the config leaves
        logits[:, list(config.suppress_tokens or [])] = -math.inf
        logprobs = logits.log_softmax(-1)
        total = float(sum(logprobs[place, token] for place, token in enumerate(scored)))
        start = list(request.prompt).index(self._vocabulary.start)
        silence = self._model.proj_out(states[start]).float().softmax(-1)[self._vocabulary.no_timestamps - 1]
        return RawDecode(tuple(tokens), total / max(len(scored), 1), float(silence), finished)


def _with_others(raws: list[RawDecode]) -> RawDecode:
    """One clip's hypotheses as one result."""
    return replace(raws[0], others=tuple((raw.tokens, raw.avg_logprob) for raw in raws[1:]))


def _draw(request: Request) -> Any:
    """Make "the likeliest token" a draw at a temperature: Gumbel noise from a generator of its own, not torch's."""
    import torch

    generator = torch.Generator().manual_seed(request.seed)

    def draw(_: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        uniform = torch.rand(scores.shape, generator=generator).clamp_min(1e-20)
        return scores / request.temperature - (-uniform.log()).log().to(scores.device)

    return draw
