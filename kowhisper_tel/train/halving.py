"""Out of memory: a batch is computed in parts, with the gradients of the whole.

The loss is a sum over tokens, by the tokens of the whole step, so the parts' gradients add up to the batch's. Once a
batch has not fitted, it and all after it are computed in twice as many parts.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from kowhisper_tel.core.errors import message
from kowhisper_tel.train.allocator import trim_gpu

FILE = "halved.json"
"""In a checkpoint: so that a resumed run computes in the same parts, and its weights are the same."""


class Halving:
    """How many parts a batch is computed in. ``times``: how often that was doubled, ``from_step`` the first of them.

    ``tell`` hears a line for people each time.
    """

    def __init__(self, parts: int = 1) -> None:
        self.parts = parts
        self.times = 0
        self.from_step: int | None = None
        self.tell: Callable[[str], None] = lambda _: None

    def split(self, batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The parts of a batch: its windows in order, none empty."""
        chunks = {name: tensor.chunk(self.parts) for name, tensor in batch.items()}
        for number in range(len(chunks["labels"])):
            yield {name: parts[number] for name, parts in chunks.items()}

    def can_halve(self, windows: int) -> bool:
        """Whether a batch of so many windows can be computed in smaller parts than now."""
        return -(-windows // self.parts) > 1

    def halve(self, step: int) -> None:
        """Compute in twice as many parts from this step on, and give back what the failed attempt still holds."""
        self.parts *= 2
        self.times += 1
        self.from_step = step if self.from_step is None else self.from_step
        gc.collect()
        trim_gpu()
        self.tell(message("train.halved", {"step": step, "parts": self.parts}))

    def to_json(self) -> dict[str, int | None]:
        """As in ``summary.json`` and in a checkpoint."""
        return {"times": self.times, "from_step": self.from_step, "parts": self.parts}

    def save(self, checkpoint: Path) -> None:
        """Write it into a checkpoint."""
        (checkpoint / FILE).write_text(json.dumps(self.to_json()), encoding="utf-8")

    def load(self, checkpoint: Path) -> None:
        """Go on as the checkpoint did."""
        file = checkpoint / FILE
        if file.is_file():
            told = json.loads(file.read_text(encoding="utf-8"))
            self.parts, self.times, self.from_step = told["parts"], told["times"], told["from_step"]


class RandomState:
    """PyTorch's global random state at one moment, for dropout: what is computed again draws the same."""

    def __init__(self) -> None:
        self._cpu = torch.get_rng_state()
        self._gpu = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []

    def restore(self) -> None:
        """Put it back."""
        torch.set_rng_state(self._cpu)
        if self._gpu:
            torch.cuda.set_rng_state_all(self._gpu)
