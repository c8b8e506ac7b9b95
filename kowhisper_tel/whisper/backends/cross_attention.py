"""Cross-attention: where a text that is forced on a clip lies in it, by transformers' model.

The method and the heads are those of openai/whisper (``whisper/timing.py``), as in CTranslate2's ``align``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kowhisper_tel.whisper.backends.base import Aligned
from kowhisper_tel.whisper.vocabulary import Vocabulary

if TYPE_CHECKING:
    import torch

MEDIAN_FRAMES = 7


def align(
    model: Any, vocabulary: Vocabulary, hidden: torch.Tensor, prompt: Sequence[int], text: Sequence[int], frames: int
) -> Aligned:
    """Force ``text`` (tokens) on one clip, ``hidden`` ``[1, positions, d_model]``; ``frames`` of 10 ms are audio."""
    import numpy as np
    import torch
    from scipy.ndimage import median_filter
    from transformers.modeling_outputs import BaseModelOutput
    from transformers.models.whisper.generation_whisper import _dynamic_time_warping

    begin = [*prompt, vocabulary.no_timestamps]
    tokens = torch.tensor([[*begin, *text, vocabulary.end]], device=hidden.device)
    with _attentions_told(model):
        out = model(
            encoder_outputs=BaseModelOutput(last_hidden_state=hidden),
            decoder_input_ids=tokens,
            output_attentions=True,
            use_cache=False,
        )
    logits = out.logits[0, len(begin) - 1 : -2, : vocabulary.end].float().softmax(-1)
    chances = tuple(float(logits[place, token]) for place, token in enumerate(text))
    heads = torch.stack([out.cross_attentions[layer][0, head] for layer, head in _heads(model)])
    weights = heads[..., : max(1, frames // 2)].float().cpu().numpy()
    weights /= weights.sum(axis=-1, keepdims=True)
    weights = (weights - weights.mean(axis=-2, keepdims=True)) / (weights.std(axis=-2, keepdims=True) + 1e-9)
    weights = median_filter(weights, (1, 1, MEDIAN_FRAMES), mode="mirror").mean(axis=0)
    places, moments = _dynamic_time_warping(-weights[len(begin) - 1 : -1].astype(np.float64))
    return Aligned(tuple(zip(places.tolist(), moments.tolist(), strict=True)), chances)


def _heads(model: Any) -> list[tuple[int, int]]:
    """The model's alignment heads, or where none are named all of the decoder's upper half."""
    named = getattr(model.generation_config, "alignment_heads", None)
    if named:
        return [(layer, head) for layer, head in named]
    layers, heads = model.config.decoder_layers, model.config.decoder_attention_heads
    return [(layer, head) for layer in range(layers // 2, layers) for head in range(heads)]


@contextmanager
def _attentions_told(model: Any) -> Iterator[None]:
    """Only the plain implementation of attention gives its weights away."""
    used = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(used)
