"""What is trained changes; what is frozen has no gradient, is not in the optimiser, and stays byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.model import load
from kowhisper_tel.train.parts import Parts, counts
from kowhisper_tel.train.settings import Lora, TrainSettings
from kowhisper_tel.train.train import CLEAN, train
from kowhisper_tel.train.trainer import WindowTrainer, arguments

POSITIONS = "model.encoder.embed_positions.weight"
"""Sinusoids: never trained."""
CASES = [
    (Parts(), ()),
    (Parts("encoder"), ("model.decoder.",)),
    (Parts("decoder"), ("model.encoder.",)),
    (Parts(freeze_layers=1), ("model.encoder.conv", "model.encoder.layers.0.")),
    (Parts("encoder", 2), ("model.decoder.", "model.encoder.conv", "model.encoder.layers.")),
    (Parts("decoder", 1, True), ("model.encoder.", "model.decoder.embed_tokens.")),
]


def loss(model: Any) -> torch.Tensor:
    features = torch.randn(2, 80, 60, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(24).reshape(2, 12) + 300
    value: torch.Tensor = model(features, labels, labels).loss
    return value


@pytest.mark.parametrize(("parts", "frozen"), CASES)
def test_only_what_is_trained_has_gradients_and_is_optimised(
    parts: Parts, frozen: tuple[str, ...], tiny: Path, tmp_path: Path
) -> None:
    model = load(tiny, parts=parts)
    loss(model.train()).backward()
    for name, weight in model.named_parameters():
        stays = name == POSITIONS or name.startswith(frozen)
        assert (weight.grad is None) == stays, name
    arguments_ = arguments(TrainSettings(), tmp_path, seed=0, steps=1, precision="fp32")
    groups = WindowTrainer(keep_checkpoints=1, model=model, args=arguments_).create_optimizer().param_groups
    optimised = sum(weight.numel() for group in groups for weight in group["params"])
    assert (optimised, sum(p.numel() for p in model.parameters())) == counts(model)


def test_nothing_is_kept_for_a_backward_pass_below_the_first_trained_layer(tiny: Path) -> None:
    def tracked(parts: Parts) -> list[bool]:
        model = load(tiny, parts=parts).train()
        seen: list[bool] = []
        for module in (model.model.encoder.conv2, *model.model.encoder.layers, model.model.decoder.layers[0]):
            module.register_forward_hook(lambda _, __, output: seen.append(output.requires_grad))
        loss(model)
        return seen

    assert tracked(Parts()) == [True, True, True, True]
    assert tracked(Parts(freeze_layers=1)) == [False, False, True, True]
    assert tracked(Parts("decoder")) == [False, False, False, True]


@pytest.mark.parametrize("layers", [3, -1])
def test_more_layers_than_there_are_is_refused(layers: int, tiny: Path) -> None:
    with pytest.raises(UserError) as error:
        load(tiny, parts=Parts(freeze_layers=layers))
    assert error.value.code == "train.freeze_layers"
    assert error.value.facts == {"asked": layers, "layers": 2}


def test_a_training_leaves_frozen_weights_as_they_are(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    settings = TrainSettings(
        num_train_epochs=1, learning_rate=1e-3, batch_seconds=3.0, window_s=(1.0, 3.0), dev_utterances=0,
        dataloader_num_workers=0, freeze_layers=1, freeze_embeddings=True, precision="fp32",
    )  # fmt: skip
    few = Manifest(corpus.root, corpus.utterances[:6])
    result = train(tiny, few, None, CLEAN, tmp_path / "out", settings, seed=1)
    before, after = load_file(tiny / "model.safetensors"), load_file(result.model / "model.safetensors")
    same = {name for name in before if before[name].numpy().tobytes() == after[name].numpy().tobytes()}
    frozen = ("model.encoder.conv", "model.encoder.embed_pos", "model.encoder.layers.0.", "model.decoder.embed_tokens")
    assert same == {name for name in before if name.startswith(frozen)}
    assert result.summary["parameters"] == sum(tensor.numel() for tensor in before.values())
    trained = sum(tensor.numel() for name, tensor in before.items() if name not in same)
    assert result.summary["trained_parameters"] == trained
    assert result.summary["halved"] == {"times": 0, "from_step": None, "parts": 1}
    assert result.summary["compiled"] is torch.cuda.is_available()


@pytest.mark.parametrize(
    ("parts", "places"),
    [
        (Parts(), {"encoder.layers.0", "encoder.layers.1", "decoder.layers.0", "decoder.layers.1"}),
        (Parts("encoder", 1), {"encoder.layers.1"}),
        (Parts("decoder"), {"decoder.layers.0", "decoder.layers.1"}),
    ],
)
def test_adapters_stand_only_where_is_trained(parts: Parts, places: set[str], tiny: Path) -> None:
    model = load(tiny, Lora(r=2, target_modules=("q_proj", "fc1")), parts=parts)
    adapted = [name for name, weight in model.named_parameters() if weight.requires_grad]
    assert {".".join(name.split(".")[3:6]) for name in adapted} == places
    assert {name.split(".")[-4] for name in adapted} == {"q_proj", "fc1"}


@pytest.mark.parametrize(
    ("targets", "parts", "asked"),
    [
        (("q_proj", "w_proj"), Parts(), "w_proj"),
        (("proj_out",), Parts(), "proj_out"),  # it is the token embeddings
        (("q_proj", "embed_tokens"), Parts(), "embed_tokens"),
        (("q_proj", "encoder_attn"), Parts(), "encoder_attn"),
        (("q_proj", "fc1"), Parts("encoder", 2), "q_proj, fc1"),  # nothing is left
        (("conv1",), Parts("decoder"), "conv1"),
    ],
)
def test_adapters_that_would_stand_nowhere_are_refused(
    targets: tuple[str, ...], parts: Parts, asked: str, tiny: Path
) -> None:
    with pytest.raises(UserError) as error:
        load(tiny, Lora(target_modules=targets), parts=parts)
    assert error.value.code == "train.target_modules"
    assert error.value.facts["asked"] == asked
    assert "fc1" in error.value.facts["known"]
