"""The memory a training takes is foretold from shapes; recipes keep below what their names promise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.config import Train
from kowhisper_tel.train.estimate import Shape, activation_bytes_per_s, memory_bytes, trained_parameters
from kowhisper_tel.train.model import load
from kowhisper_tel.train.parts import counts
from kowhisper_tel.train.recipes import recipes
from kowhisper_tel.train.settings import Lora, TrainSettings
from kowhisper_tel.train.sizes import SHAPES, fitting, largest, needed_bytes

PUBLISHED = {"tiny": 39e6, "base": 74e6, "small": 244e6, "medium": 769e6, "large-v3": 1550e6, "turbo": 809e6}


@pytest.mark.parametrize("size", SHAPES)
def test_sizes_are_those_published(size: str) -> None:
    assert SHAPES[size].parameters == pytest.approx(PUBLISHED[size], rel=0.035)


@pytest.mark.parametrize(
    "settings",
    [
        TrainSettings(),
        TrainSettings(tune="encoder"),
        TrainSettings(tune="decoder", freeze_embeddings=True),
        TrainSettings(freeze_layers=1),
        TrainSettings(tune="encoder", freeze_layers=2),
        TrainSettings(lora=Lora(r=3)),
        TrainSettings(tune="encoder", freeze_layers=1, lora=Lora(r=3, target_modules=("q_proj", "fc2"))),
        TrainSettings(tune="decoder", lora=Lora(r=3, target_modules=("v_proj",))),
    ],
)
def test_counts_are_those_of_the_model(settings: TrainSettings, tiny: Path) -> None:
    model = load(tiny, settings.lora, parts=settings.parts)
    trained, every = counts(model)
    found = Shape.of(json.loads((tiny / "config.json").read_text()))
    assert trained_parameters(found, settings) == trained
    assert found.parameters == every - (trained if settings.lora else 0)


def test_less_is_kept_where_less_is_trained() -> None:
    def kept(**changes: Any) -> float:
        return activation_bytes_per_s(SHAPES["base"], TrainSettings(**changes), "fp32")

    assert kept() > kept(freeze_layers=2) > kept(tune="decoder")
    assert kept(gradient_checkpointing=True) < kept() / 2
    assert activation_bytes_per_s(SHAPES["base"], TrainSettings(), "bf16") < kept()


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_fits_its_memory(name: str) -> None:
    size, _, memory = name.rpartition("-")
    values = Train(recipe=name).model_dump(include=set(TrainSettings.__dataclass_fields__))
    lora = values.pop("lora")
    settings = TrainSettings(**values, lora=Lora(**lora) if lora else None)
    room = 16e9 if memory == "cpu" else float(memory.removesuffix("gb")) * 1e9
    assert memory_bytes(SHAPES[size], settings, "fp32" if memory == "cpu" else "bf16") <= 0.85 * room
    assert settings.batch_seconds * settings.gradient_accumulation_steps == 120
    assert lora is None or lora["base_quantisation"] is None or memory != "cpu"


@pytest.mark.parametrize(
    ("room_gb", "processor", "adapters", "whole"),
    [
        (2, False, None, None),
        (4, False, "large-v3-4gb", "base-4gb"),
        (15.8, False, "large-v3-16gb", "small-16gb"),
        (25.3, False, "large-v3-24gb", "turbo-24gb"),
        (85, False, "large-v3-80gb", "large-v3-80gb"),
        (4, True, "tiny-cpu", "tiny-cpu"),
        (16, True, "large-v3-cpu", "medium-cpu"),
    ],
)
def test_the_largest_model_of_a_memory(room_gb: float, processor: bool, adapters: str, whole: str) -> None:
    precision = "fp32" if processor else "bf16"
    assert largest(room_gb * 1e9, precision, processor=processor) == adapters
    assert largest(room_gb * 1e9, precision, processor=processor, whole=True) == whole
    for _, recipe in fitting(room_gb * 1e9, precision, processor=processor):
        assert needed_bytes(recipe, precision) <= 0.85 * room_gb * 1e9


def test_every_size_has_a_recipe_for_every_memory() -> None:
    memories = ("4gb", "8gb", "16gb", "24gb", "40gb", "80gb", "cpu")
    assert list(recipes()) == [f"{size}-{memory}" for size in PUBLISHED for memory in memories]


def test_a_recipe_gives_way_to_what_is_given_and_stays_as_it_was_written() -> None:
    made = Train(recipe="large-v3-16gb", learning_rate=3e-5, gradient_checkpointing=False)
    assert made.lora is not None
    assert (made.learning_rate, made.gradient_checkpointing) == (3e-5, False)
    assert Train(**made.model_dump()) == made
    assert Train(recipe="large-v3-16gb", lora=None).lora is None
    smaller = Train(recipe="large-v3-8gb", lora={"r": 8})  # as `--set train.lora.r=8` gives it
    assert smaller.lora is not None
    assert (smaller.lora.r, smaller.lora.base_quantisation) == (8, "8bit")
    assert Train(**smaller.model_dump()) == smaller
    with pytest.raises(ValueError, match="batch_seconds"):
        Train(recipe="large-v3-24gb", batch_seconds={})
    with pytest.raises(ValueError, match="small-16gb"):
        Train(recipe="huge-1gb")


STEP = """
import sys, json, resource, torch
from kowhisper_tel.train.model import load
from kowhisper_tel.whisper.resolve import resolve_model
seconds, checkpointed = float(sys.argv[1]), sys.argv[2] == "True"
model = load(resolve_model("builtin/whisper-base")).train()
if checkpointed:
    model.gradient_checkpointing_enable({"use_reentrant": False})
windows, tokens = round(seconds / 10), 60
labels = torch.randint(0, 50000, (windows, tokens))
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-6, fused=True)
for _ in range(2):
    optimiser.zero_grad()
    model(torch.randn(windows, 80, 1000), labels, labels).loss.backward()
    optimiser.step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in kilobytes on Linux only")
@pytest.mark.parametrize(("seconds", "checkpointed"), [(20.0, False), (80.0, False), (80.0, True)])
def test_the_peak_is_as_foretold(seconds: float, checkpointed: bool) -> None:
    command = [sys.executable, "-c", STEP, str(seconds), str(checkpointed)]
    peak = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    settings = TrainSettings(batch_seconds=seconds, gradient_checkpointing=checkpointed)
    assert peak == pytest.approx(memory_bytes(SHAPES["base"], settings, "fp32"), rel=0.12)
