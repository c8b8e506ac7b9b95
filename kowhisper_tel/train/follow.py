# ruff: noqa: ARG002 (callbacks have the signature that transformers calls)
"""Follow: what is written and told while training goes on (curves.jsonl, progress, dev CER)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from kowhisper_tel.core.files import read_json_lines, write_lines
from kowhisper_tel.train.interrupt import Interrupt
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import TrainSettings

Measure = Callable[[Any], dict[str, float | int]]


class Follow(TrainerCallback):  # type: ignore[misc]
    """Writes a line of ``curves.jsonl`` each ``logging_steps`` and at each checkpoint, and reports progress.

    A line holds ``step``, ``epoch``, ``audio_s`` (seconds of utterances heard so far), ``loss`` (mean since the last
    line), ``learning_rate`` and, now and then, ``dev_cer``, ``dev_loops``, ``dev_utterances``. It holds no time
    of day and no speed, so that a resumed run writes the same file.
    """

    def __init__(
        self,
        curves: Path,
        schedule: Schedule,
        settings: TrainSettings,
        *,
        take_loss: Callable[[], float],
        measure: Measure | None,
        progress: Callable[[int, int, str], None] | None,
        interrupt: Interrupt,
    ) -> None:
        self._curves, self._schedule, self._settings = curves, schedule, settings
        self._take_loss, self._measure, self._progress, self._interrupt = take_loss, measure, progress, interrupt
        self._losses: list[float] = []
        self._rate = 0.0
        self.begun = time.monotonic()
        self.begun_at_step = 0
        self.measuring_s = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Forget what an earlier run wrote after the checkpoint; measure the model as it is before the first step."""
        self.begun, self.begun_at_step = time.monotonic(), state.global_step
        kept = [line for line in read_json_lines(self._curves) if line["step"] <= state.global_step]
        if state.global_step == 0:
            kept = [{"step": 0, "epoch": 0.0, "audio_s": 0.0} | self._dev(kwargs["model"])] if self._measure else []
        write_lines(self._curves, (json.dumps(line) for line in kept))

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Note the rate of this step; the scheduler goes on before ``on_step_end``."""
        self._rate = kwargs["optimizer"].param_groups[0]["lr"]

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write, tell, and stop if the user asked for it."""
        step, last = state.global_step, state.global_step >= state.max_steps
        self._losses.append(self._take_loss())
        # The finished model is saved at once: a last checkpoint would only take its time.
        control.should_save = (control.should_save or self._interrupt.asked) and not last
        control.should_training_stop = control.should_training_stop or self._interrupt.asked
        batches = min(step * self._settings.gradient_accumulation_steps, len(self._schedule))
        self._tell(step, state.max_steps, batches)
        measured = self._dev(kwargs["model"]) if self._measure and self._dev_due(step, state.max_steps) else {}
        if measured or last or control.should_save or step % self._settings.logging_steps == 0:
            self._write(step, batches, measured)

    def _dev_due(self, step: int, steps: int) -> bool:
        every = self._settings.eval_steps
        whole = max(1, round(every * steps if every < 1 else every))
        return step == steps or step % whole == 0

    def _dev(self, model: Any) -> dict[str, float | int]:
        assert self._measure is not None
        begun = time.monotonic()
        measured = self._measure(model)
        self.measuring_s += time.monotonic() - begun
        return measured

    def _write(self, step: int, batches: int, measured: dict[str, float | int]) -> None:
        line = {
            "step": step,
            "epoch": round(self._schedule.epoch(batches), 6),
            "audio_s": round(self._schedule.speech_s(batches), 2),
            "loss": sum(self._losses) / len(self._losses),
            "learning_rate": self._rate,
        }
        with self._curves.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | measured) + "\n")
        self._losses.clear()

    def _tell(self, step: int, steps: int, batches: int) -> None:
        if self._progress is None:
            return
        before = self.begun_at_step * self._settings.gradient_accumulation_steps
        heard_s = self._schedule.speech_s(batches) - self._schedule.speech_s(before)
        speed = heard_s / max(time.monotonic() - self.begun - self.measuring_s, 1e-9)
        self._progress(step, steps, f"loss {self._losses[-1]:.3f} · {speed:.1f} s/s")
