"""Sizes: the models of the Whisper family by name, and the largest that a memory can train."""

from __future__ import annotations

from collections.abc import Iterator

from kowhisper_tel.train.estimate import Shape, memory_bytes
from kowhisper_tel.train.precision import Precision
from kowhisper_tel.train.recipes import recipes
from kowhisper_tel.train.settings import Lora, TrainSettings

SHAPES = {
    name: Shape(width, encoder, decoder, 4 * width, 4 * width, vocabulary, mels)
    for name, (width, encoder, decoder, vocabulary, mels) in {
        "tiny": (384, 4, 4, 51865, 80),
        "base": (512, 6, 6, 51865, 80),
        "small": (768, 12, 12, 51865, 80),
        "medium": (1024, 24, 24, 51865, 80),
        "turbo": (1280, 32, 4, 51866, 128),
        "large-v3": (1280, 32, 32, 51866, 128),
    }.items()
}
"""The smallest first: width, encoder and decoder layers, vocabulary, mel bins (Radford et al. 2022, table 1; OpenAI's
model cards of large-v3 and turbo)."""
HUB = {
    "base": "builtin/whisper-base",
    "turbo": "openai/whisper-large-v3-turbo",
    "large-v3": "openai/whisper-large-v3",
}
"""Where a size is had, if not from ``openai/whisper-SIZE``."""
HEADROOM = 0.85
"""Share of the memory that a training may take by estimate."""
SHORT = 0.95
"""A card of 16 GB tells of so much of it."""


def model_of(size: str) -> str:
    """A config's ``model`` for a size."""
    return HUB.get(size, f"openai/whisper-{size}")


def needed_bytes(recipe: str, precision: Precision) -> float:
    """The peak of a training step by estimate, with the settings of a recipe (``small-16gb``)."""
    return memory_bytes(SHAPES[recipe.rpartition("-")[0]], settings_of(recipe), precision)


def settings_of(recipe: str) -> TrainSettings:
    """A recipe as the room of training takes it, all else as by default."""
    values = dict(recipes()[recipe])
    lora = values.pop("lora", None)
    return TrainSettings(**values, lora=Lora(**lora) if lora is not None else None)


def fitting(room_bytes: float, precision: Precision, *, processor: bool) -> Iterator[tuple[str, str]]:
    """Size and recipe of each size that fits into the memory, the largest size first.

    Of its recipes that fit it is the one for the largest memory that this one comes up to (``SHORT``).
    """
    for size in reversed(SHAPES):
        memories = [name.rpartition("-")[2] for name in recipes() if name.rpartition("-")[0] == size]
        own = [f"{size}-{memory}" for memory in memories if _meant_for(memory, room_bytes, processor)]
        fit = [name for name in own if needed_bytes(name, precision) <= HEADROOM * room_bytes]
        if fit:
            yield size, fit[-1]


def _meant_for(memory: str, room_bytes: float, processor: bool) -> bool:
    if memory == "cpu" or processor:
        return memory == "cpu" and processor
    return float(memory.removesuffix("gb")) * 1e9 * SHORT <= room_bytes


def largest(room_bytes: float, precision: Precision, *, processor: bool, whole: bool = False) -> str | None:
    """The recipe of the largest size that fits; ``whole``: of those that tune all weights, not adapters alone."""
    found = (recipe for _, recipe in fitting(room_bytes, precision, processor=processor))
    return next((recipe for recipe in found if not whole or settings_of(recipe).lora is None), None)
