"""DevSample: a few fixed utterances decoded freely while training goes on, for the CER curve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from augment import Mixture, rng
from eval_suites import metrics
from eval_suites.pair import Pair
from eval_suites.tally import Tally
from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.labels import SpecialTokens
from kowhisper_tel.train.rendering import AudioCache
from kowhisper_tel.whisper.encoder import encode
from kowhisper_tel.whisper.features import log_mel
from kowhisper_tel.whisper.loops import is_loop

TAIL_S = 1.0
BATCH = 8
MOST_TOKENS_PER_S, MOST_TOKENS = 8, 200
"""A loop is cut here: it is counted, and need not be heard out."""


class DevSample:
    """Rendered audio and reference texts of ``count`` utterances drawn from a manifest by the seed."""

    def __init__(
        self, manifest: Manifest, mixture: Mixture, tokenizer: Any, special: SpecialTokens, *, seed: int, count: int
    ) -> None:
        """Reads and renders the audio. Raises ``UserError`` as ``read_audio`` does."""
        self._tokenizer, self._special = tokenizer, special
        drawn = rng(seed, "dev sample").permutation(len(manifest))[:count]
        utterances = [manifest.utterances[i] for i in sorted(drawn)]
        cache = AudioCache(manifest)
        clips = [mixture.render(cache.read(u), RATE, seed, ("dev", u.id)).audio[: 29 * RATE] for u in utterances]
        order = sorted(range(len(clips)), key=lambda i: len(clips[i]))
        self._clips = [clips[i] for i in order]
        self._references = [utterances[i].text for i in order]

    def measure(self, model: Any) -> dict[str, float | int]:
        """Micro CER, loops and utterances of greedy decoding. The model's mode is left as it was found."""
        whisper = model.get_base_model() if hasattr(model, "get_base_model") else model
        training = whisper.training
        whisper.eval()
        try:
            texts = [text for batch in self._batches() for text in self._decode(whisper, batch)]
        finally:
            whisper.train(training)
        cer = metrics.get("cer")
        total = sum(
            (cer.measure(Pair(ref, text)) for ref, text in zip(self._references, texts, strict=True)), Tally.zero()
        )
        return {"dev_cer": total.rate, "dev_loops": sum(map(is_loop, texts)), "dev_utterances": len(texts)}

    def _batches(self) -> Iterator[list[NDArray[np.float32]]]:
        for start in range(0, len(self._clips), BATCH):
            yield self._clips[start : start + BATCH]

    def _decode(self, whisper: Any, clips: list[NDArray[np.float32]]) -> list[str]:
        samples = max(map(len, clips)) + round(TAIL_S * RATE)
        padded = [np.pad(clip, (0, samples - len(clip))) for clip in clips]
        features = torch.from_numpy(np.stack([log_mel(clip, whisper.config.num_mel_bins) for clip in padded]))
        most = min(MOST_TOKENS, round(samples / RATE * MOST_TOKENS_PER_S))
        rows = greedy(whisper, features.to(whisper.device), self._special, most)
        return [str(self._tokenizer.decode(row, skip_special_tokens=True)) for row in rows]


@torch.no_grad()
def greedy(whisper: Any, features: torch.Tensor, special: SpecialTokens, most: int) -> list[list[int]]:
    """The likeliest token each time, without timestamps, until every row has ended or has ``most`` tokens."""
    heard = encode(whisper, features).last_hidden_state
    prompt = [special.start, special.language, special.task, special.no_timestamps]
    given = torch.tensor([prompt] * len(features), device=features.device)
    ended = torch.zeros(len(features), dtype=torch.bool, device=features.device)
    cache = None
    rows: list[torch.Tensor] = []
    while len(rows) < most and not bool(ended.all()):
        answer = whisper.model.decoder(
            input_ids=given, encoder_hidden_states=heard, past_key_values=cache, use_cache=True
        )
        cache = answer.past_key_values
        likeliest = whisper.proj_out(answer.last_hidden_state[:, -1]).argmax(-1).masked_fill(ended, special.end)
        ended |= likeliest == special.end
        rows.append(likeliest)
        given = likeliest[:, None]
    return torch.stack(rows, 1).tolist() if rows else [[] for _ in features]
