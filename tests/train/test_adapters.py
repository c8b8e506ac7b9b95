"""Adapters are merged into a model that answers as the trained one did, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import adapters
from kowhisper_tel.train.model import WindowedWhisper, load, plain
from kowhisper_tel.train.parts import Parts
from kowhisper_tel.train.settings import Lora, TrainSettings
from kowhisper_tel.train.train import CLEAN, train
from kowhisper_tel.whisper.model import load_model

LORA = Lora(r=4, lora_alpha=8, lora_dropout=0.3, target_modules=("q_proj", "out_proj", "fc1", "conv2"))


def batches(count: int = 2) -> list[dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(4)
    made = []
    for _ in range(count):
        given = torch.randint(0, 50000, (3, 9), generator=generator)
        labels = given.clone()
        labels[:, :3] = -100
        features = torch.randn(3, 80, 80, generator=generator)
        made.append({"input_features": features, "decoder_input_ids": given, "labels": labels})
    return made


@pytest.fixture
def tuned(tiny: Path) -> Any:
    """Adapters that do something, in training mode, as they are when training ends."""
    model = load(tiny, LORA, seed=2).train()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.1, generator=torch.Generator().manual_seed(3))
    return model


def test_the_merged_model_answers_the_same(tuned: Any, tiny: Path) -> None:
    expected = adapters._logits(tuned, batches())
    assert tuned.training
    whole, told = plain(tuned, tiny, LORA, Parts(), batches())
    assert set(told) == {"merged_difference"}
    assert told["merged_difference"] < 1e-5
    assert type(whole) is type(load_model(tiny))
    assert not [name for name in whole.state_dict() if "lora" in name]
    whole.__class__ = WindowedWhisper
    got = adapters._logits(whole, batches())
    assert (got - expected).abs().max() < 1e-5 * expected.abs().max()
    untuned = load(tiny)
    assert (
        adapters._logits(untuned, batches()) - expected
    ).abs().max() > adapters.MOST_DIFFERENCE * expected.abs().max()


def test_a_merge_that_changes_the_answers_is_refused(tuned: Any, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(tuned), "merge_and_unload", lambda self: self.unload(), raising=False)
    with pytest.raises(UserError) as error:
        plain(tuned, tiny, LORA, Parts(), batches())
    assert error.value.code == "train.merge"
    assert error.value.facts["difference"] > adapters.MOST_DIFFERENCE


def test_adapters_on_a_rounded_base_move_to_the_whole_one(tuned: Any, tiny: Path) -> None:
    """The base in few bits needs a GPU; here it is rounded by hand, and the way to the finished model is the same."""
    expected = adapters._logits(tuned, batches())
    with torch.no_grad():
        for name, weight in tuned.named_parameters():
            if "base_layer.weight" in name:
                weight.copy_((weight * 50).round() / 50)
    whole, told = adapters.merge(tuned, lambda: load(tiny, LORA, seed=77), batches())
    assert told["merged_difference"] < 1e-5 < told["quantised_difference"]
    got = adapters._logits(whole, batches())
    assert (got - expected).abs().max() < 1e-5 * expected.abs().max()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the GPU that is missed here")
@pytest.mark.parametrize("bits", ["8bit", "4bit"])
def test_a_base_in_few_bits_is_refused_without_a_gpu(bits: Any, tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    settings = TrainSettings(lora=Lora(base_quantisation=bits))
    with pytest.raises(UserError) as error:
        train(tiny, corpus, None, CLEAN, tmp_path / "out", settings, seed=1)
    assert error.value.code == "train.quantised_no_gpu"
    assert error.value.exit_code == 7
    assert not (tmp_path / "out").exists()


def test_a_base_in_few_bits_wants_its_library(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kowhisper_tel.train import checks

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("transformers.utils.is_bitsandbytes_available", lambda: False)
    with pytest.raises(UserError) as error:
        checks.check_quantisation(Lora(base_quantisation="4bit"))
    assert error.value.code == "train.quantised_missing"
    checks.check_quantisation(Lora())
    checks.check_quantisation(None)
