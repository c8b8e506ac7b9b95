# ruff: noqa: ARG002 (callbacks have the signature that transformers calls)
"""Trial: a few real steps by the clock. What the forecast is made of."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset
from transformers import TrainerCallback
from transformers.trainer_utils import SaveStrategy

from kowhisper_tel.core.memory import children_bytes
from kowhisper_tel.train import model as models
from kowhisper_tel.train.choosing.choosing import Choosing
from kowhisper_tel.train.task import Assembly


class Trial:
    """The first ``steps`` steps over some batches of a training, by the trainer itself and its workers.

    After ``run``, of each second of windows: ``compute_s`` (forward, backward, optimiser, while the workers are at
    it) and ``made_s`` (one process making it), the first step apart if there are others; ``window_s`` that this is
    taken of; ``workers_bytes``.
    """

    def __init__(self, parts: Assembly, numbers: Sequence[int], window_s: Sequence[float], steps: int) -> None:
        """``window_s``: seconds of windows in each of the batches that ``numbers`` names."""
        self._parts, self._trainer, self._steps = parts, parts.trainer, steps
        self._each = parts.trainer.args.gradient_accumulation_steps
        self._window_s = window_s
        self._batches = _Timed(parts.trainer.train_dataset, numbers)
        self.compute_s = self.made_s = self.window_s = 0.0
        self.workers_bytes = 0

    def run(self) -> None:
        """Take the steps."""
        trainer = self._trainer
        every, trainer.train_dataset = trainer.train_dataset, self._batches
        trainer.args.max_steps, trainer.args.save_strategy = self._steps, SaveStrategy.NO
        clock = _Clock()
        trainer.add_callback(clock)
        trainer.train()
        trainer.train_dataset = every  # merged adapters are compared on batches of the whole schedule
        first = 1 if self._steps > 1 else 0
        taken = slice(first * self._each, self._steps * self._each)
        self.window_s = sum(self._window_s[taken])
        self.compute_s = sum(clock.steps_s[first:]) / self.window_s
        made = [(float(s), w) for s, w in zip(self._batches.made_s, self._window_s, strict=True) if s > 0]
        self.made_s = sum(s for s, _ in made) / sum(w for _, w in made)
        self.workers_bytes = clock.workers_bytes

    def dev(self, chooser: Choosing | None) -> float:
        """Seconds of a measurement on dev, 0 where there is none."""
        if chooser is None:
            return 0.0
        begun = time.monotonic()
        chooser.measure(0, self._trainer.model)
        return time.monotonic() - begun

    def checkpoint(self) -> tuple[float, int]:
        """Seconds and bytes of writing one."""
        begun = time.monotonic()
        self._trainer._save_checkpoint(self._trainer.model, None)
        return time.monotonic() - begun, _bytes(Path(self._trainer.args.output_dir))

    def model(self, folder: Path) -> tuple[float, int]:
        """Seconds and bytes of writing the finished model. The last thing: it cannot be trained after that."""
        begun = time.monotonic()
        whole = self._parts.whole(self._trainer.accelerator.unwrap_model(self._trainer.model))
        models.save(whole, self._parts.task.base, folder)
        return time.monotonic() - begun, _bytes(folder)


class _Clock(TrainerCallback):  # type: ignore[misc]
    """Seconds from a step's batches being there to its weights."""

    def __init__(self) -> None:
        self.steps_s: list[float] = []
        self.workers_bytes = 0
        self._begun = 0.0

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._begun = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.steps_s.append(time.monotonic() - self._begun)
        self.workers_bytes = max(self.workers_bytes, children_bytes())


class _Timed(Dataset[dict[str, Any]]):
    """Some batches, and how long each took to make, told from whichever process made it."""

    def __init__(self, batches: Any, numbers: Sequence[int]) -> None:
        self._batches, self._numbers = batches, numbers
        self.made_s = torch.zeros(len(numbers), dtype=torch.float64)
        self.made_s.share_memory_()  # type: ignore[no-untyped-call]

    @property
    def features(self) -> Any:
        """What makes features where the model is."""
        return self._batches.features

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, position: int) -> dict[str, Any]:
        begun = time.monotonic()
        batch: dict[str, Any] = self._batches[self._numbers[position]]
        self.made_s[position] = time.monotonic() - begun
        return batch


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
