"""Which parts of a Whisper are trained, and which stay byte for byte as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kowhisper_tel.core.errors import UserError

POSITIONS = "model.encoder.embed_positions"
"""Sinusoids, and not trained (Radford et al. 2022, section 2.2). transformers marks them so, and 5.23 forgets the mark
when it loads weights (``core_model_loading``)."""


@dataclass(frozen=True)
class Parts:
    """``tune``: both halves or one. ``freeze_layers``: so many first encoder layers, with what stands before them, stay
    as they are. ``freeze_embeddings``: the token embeddings, which are the output projection too, stay.
    """

    tune: Literal["all", "encoder", "decoder"] = "all"
    freeze_layers: int = 0
    freeze_embeddings: bool = False

    def check(self, layers: int) -> None:
        """Raise ``UserError`` (``train.freeze_layers``) for more layers than the model's encoder has."""
        if not 0 <= self.freeze_layers <= layers:
            raise UserError("train.freeze_layers", asked=self.freeze_layers, layers=layers)

    def frozen(self) -> tuple[str, ...]:
        """Names of the modules that stay, as in ``WhisperForConditionalGeneration``; theirs are all below them.

        >>> Parts("encoder", 1).frozen()[1:]
        ('model.decoder', 'proj_out', 'model.encoder.conv1', 'model.encoder.conv2', 'model.encoder.layers.0')
        """
        names: tuple[str, ...] = (POSITIONS,)
        names += {"all": (), "encoder": ("model.decoder", "proj_out"), "decoder": ("model.encoder",)}[self.tune]
        if self.freeze_layers:
            names += ("model.encoder.conv1", "model.encoder.conv2")
            names += tuple(f"model.encoder.layers.{number}" for number in range(self.freeze_layers))
        if self.freeze_embeddings:
            names += ("model.decoder.embed_tokens", "proj_out")
        return tuple(dict.fromkeys(names))

    def freeze(self, model: Any) -> None:
        """Take the frozen parts of a ``WhisperForConditionalGeneration`` out of training.

        No gradient is computed for them, and below the first trained layer none is even prepared.
        """
        for name in self.frozen():
            model.get_submodule(name).requires_grad_(False)


def counts(model: Any) -> tuple[int, int]:
    """How many parameters are trained, and how many there are: of a Whisper, with adapters or without."""
    if hasattr(model, "get_nb_trainable_parameters"):  # peft's, which knows that four bits hold more than they show
        trained, every = model.get_nb_trainable_parameters()
        return int(trained), int(every)
    parameters = list(model.parameters())
    return sum(p.numel() for p in parameters if p.requires_grad), sum(p.numel() for p in parameters)
