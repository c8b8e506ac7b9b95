"""The short-window encoder: Whisper's encoder on as many frames as there are, not always on 30 s of them.

transformers' ``WhisperEncoder.forward`` refuses anything but 3000 frames. The network has no such need: its positions
are counted from the start, so a shorter window takes the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers.modeling_outputs import BaseModelOutput


def encode(model: Any, features: torch.Tensor) -> BaseModelOutput:
    """Encode ``features`` ``[B, n_mels, frames]`` (at most 3000 frames of 10 ms) to ``[B, ceil(frames / 2), d_model]``.

    ``model`` is a ``WhisperForConditionalGeneration``, bare or wrapped by peft; hand the result to it as
    ``encoder_outputs``. Differentiable; dropout, layer drop and gradient checkpointing are those of the model's own
    encoder, whose layers are called. On 3000 frames the values are those of that encoder.

    Raises ``ValueError`` for more frames than the model has positions for.
    """
    import torch
    from torch.nn.functional import dropout, gelu
    from transformers.modeling_outputs import BaseModelOutput

    encoder = model.get_encoder()
    positions = (features.shape[-1] + 1) // 2
    if not 0 < positions <= encoder.max_source_positions:
        raise ValueError(f"{features.shape[-1]} frames; the encoder takes 1 to {2 * encoder.max_source_positions}")
    hidden = gelu(encoder.conv1(features.to(encoder.conv1.weight.dtype)))
    hidden = gelu(encoder.conv2(hidden)).permute(0, 2, 1)
    hidden = hidden + encoder.embed_positions.weight[:positions]
    hidden = dropout(hidden, p=encoder.dropout, training=encoder.training)
    for layer in encoder.layers:
        if encoder.training and encoder.layerdrop > 0.0 and torch.rand([]) < encoder.layerdrop:
            continue
        hidden = layer(hidden, None)
    return BaseModelOutput(last_hidden_state=encoder.layer_norm(hidden))
