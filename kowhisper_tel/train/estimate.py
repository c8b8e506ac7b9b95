"""How much memory a training takes, before it is begun: from the model's shape and the settings.

Weights, gradients and AdamW's two moments are fp32 (16 bytes for each trained parameter, 4 for one that stays);
activations are what autograd keeps of each layer, counted tensor by tensor in transformers' Whisper with SDPA. Against
measured peaks of whisper-base on a processor: see ``tests/train/test_estimate.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kowhisper_tel.train.precision import Precision
from kowhisper_tel.train.settings import TrainSettings

POSITIONS_PER_S = 50
FRAMES_PER_S = 100
TOKENS_PER_S = 8
"""Of Korean speech, with timestamps and the padding of labels in a batch: more than most have."""
PROCESS_BYTES = 700 * 10**6
"""Python with torch and transformers, or a CUDA context with its libraries."""
AUTOCAST_SHARE = 0.6
"""Of fp32's activations: under autocast norms and residuals stay fp32, all else has two bytes."""
BASE_BYTES = {None: 4.0, "8bit": 1.0, "4bit": 0.53}
"""Of a linear weight under adapters; nf4 with double quantisation (Dettmers et al. 2023) has 4.127 bits."""


@dataclass(frozen=True)
class Shape:
    """What of a Whisper's ``config.json`` its memory depends on."""

    d_model: int
    encoder_layers: int
    decoder_layers: int
    encoder_ffn_dim: int
    decoder_ffn_dim: int
    vocab_size: int = 51865
    num_mel_bins: int = 80

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Shape:
        """From the contents of ``config.json``."""
        return cls(**{name: int(config[name]) for name in cls.__dataclass_fields__})

    @property
    def embeddings(self) -> int:
        """Parameters of the token embeddings, which are the output projection too."""
        return self.vocab_size * self.d_model

    @property
    def encoder_layer(self) -> int:
        """Parameters of one encoder layer: attention (the keys have no bias), two norms, two linear layers."""
        d, f = self.d_model, self.encoder_ffn_dim
        return 4 * d * d + 3 * d + 4 * d + 2 * d * f + f + d

    @property
    def decoder_layer(self) -> int:
        """Parameters of one decoder layer: it attends twice."""
        d, f = self.d_model, self.decoder_ffn_dim
        return 2 * (4 * d * d + 3 * d) + 6 * d + 2 * d * f + f + d

    @property
    def stem(self) -> int:
        """Parameters before the encoder's first layer: two convolutions of width 3, and 1500 positions, not trained."""
        return 3 * self.d_model * (self.num_mel_bins + self.d_model) + 2 * self.d_model + 1500 * self.d_model

    @property
    def encoder(self) -> int:
        """Parameters of the encoder."""
        return self.stem + self.encoder_layers * self.encoder_layer + 2 * self.d_model

    @property
    def decoder(self) -> int:
        """Parameters of the decoder, embeddings and 448 positions included."""
        return self.embeddings + (448 + 2) * self.d_model + self.decoder_layers * self.decoder_layer

    @property
    def parameters(self) -> int:
        """All of them."""
        return self.encoder + self.decoder


def trained_parameters(shape: Shape, settings: TrainSettings) -> int:
    """How many parameters are trained."""
    parts, lora = settings.parts, settings.lora
    first = parts.freeze_layers
    if lora is not None:
        layers = [(shape.encoder_layers - first, 1, shape.encoder_ffn_dim)] * (parts.tune != "decoder")
        layers += [(shape.decoder_layers, 2, shape.decoder_ffn_dim)] * (parts.tune != "encoder")
        d = shape.d_model
        attention = sum(name in lora.target_modules for name in ("q_proj", "k_proj", "v_proj", "out_proj"))
        wide = sum(name in lora.target_modules for name in ("fc1", "fc2"))
        return sum(n * lora.r * (times * attention * 2 * d + wide * (d + f)) for n, times, f in layers)
    encoder = shape.encoder - 1500 * shape.d_model
    if first:
        encoder = (shape.encoder_layers - first) * shape.encoder_layer + 2 * shape.d_model
    decoder = shape.decoder - shape.embeddings * parts.freeze_embeddings
    return encoder * (parts.tune != "decoder") + decoder * (parts.tune != "encoder")


def activation_bytes_per_s(shape: Shape, settings: TrainSettings, precision: Precision) -> float:
    """What a second of audio in a batch keeps for the backward pass."""
    d, share = shape.d_model, 1.0 if precision == "fp32" else AUTOCAST_SHARE
    encoder = POSITIONS_PER_S * (8 * d + 2 * shape.encoder_ffn_dim)  # norms, queries, keys, values, attention twice, …
    cross = POSITIONS_PER_S * 2 * d  # the decoder's keys and values of what was heard
    decoder = TOKENS_PER_S * (14 * d + 2 * shape.decoder_ffn_dim) + cross
    kept_encoder, kept_decoder = shape.encoder_layers, shape.decoder_layers
    stem = FRAMES_PER_S * (shape.num_mel_bins + 3 * d)
    if settings.lora is None and (settings.tune == "decoder" or settings.freeze_layers):
        stem = 0  # no gradient passes here
        kept_encoder -= kept_encoder if settings.tune == "decoder" else settings.freeze_layers
    values = kept_encoder * encoder + kept_decoder * decoder + stem
    if settings.gradient_checkpointing:  # a layer's input, and one layer whole
        values = kept_encoder * POSITIONS_PER_S * d + kept_decoder * TOKENS_PER_S * d
        values += max(encoder if kept_encoder else 0, decoder) + stem
    logits = TOKENS_PER_S * shape.vocab_size * 3  # logits, their logarithmic softmax, its gradient: always fp32
    return 4.0 * (values * share + logits)


def memory_bytes(shape: Shape, settings: TrainSettings, precision: Precision) -> float:
    """The peak of a training step: of the GPU's memory on one, else of the process."""
    trained = trained_parameters(shape, settings)
    bits = settings.lora.base_quantisation if settings.lora else None
    linear = shape.encoder_layers * shape.encoder_layer + shape.decoder_layers * shape.decoder_layer
    weights = 4.0 * (shape.parameters - linear) + BASE_BYTES[bits] * linear
    weights += 4.0 * trained * (settings.lora is not None)
    if precision != "fp32":
        weights += 2.0 * (shape.parameters - linear * (bits is not None))  # autocast keeps its copies for a step
    embeddings_twice = 4.0 * shape.embeddings * (settings.lora is None and not settings.freeze_embeddings)
    activations = settings.batch_seconds * activation_bytes_per_s(shape, settings, precision)
    return PROCESS_BYTES + weights + 12.0 * trained + embeddings_twice + activations
