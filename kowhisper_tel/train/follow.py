# ruff: noqa: ARG002 (callbacks have the signature that transformers calls)
"""Follow: what is written and told while training goes on (curves.jsonl, progress, dev CER)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from kowhisper_tel.core.files import read_json_lines, to_disk, write_lines
from kowhisper_tel.train import ranks
from kowhisper_tel.train.allocator import TRIM_STEPS, trim
from kowhisper_tel.train.interrupt import Interrupt
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.telling import Telling

Measure = Callable[[int, Any], dict[str, Any]]
"""Called with the step and the model."""


class Follow(TrainerCallback):  # type: ignore[misc]
    """Writes a line of ``curves.jsonl`` each ``logging_steps`` and at each checkpoint, and reports progress.

    A line holds ``step``, ``epoch``, ``audio_s`` (seconds of utterances heard so far), ``loss`` (mean since the last
    line), ``learning_rate`` and, now and then, what was measured on dev (``choosing.figures.Figures.curve``). It holds
    no time of day and no speed, so that a resumed run writes the same file. ``should_stop`` is asked once that is
    written. Without ``curves``, on all ranks but the first, nothing is written or reported.
    """

    def __init__(
        self,
        curves: Path | None,
        schedule: Schedule,
        settings: TrainSettings,
        *,
        take_loss: Callable[[], float],
        measure: Measure | None,
        should_stop: Callable[[], bool],
        telling: Telling,
        interrupt: Interrupt,
        report: Callable[[dict[str, float]], None] | None = None,
    ) -> None:
        self._curves, self._schedule, self._settings = curves, schedule, settings
        self._take_loss, self._measure, self._interrupt = take_loss, measure, interrupt
        self._should_stop, self._telling, self._report = should_stop, telling, report
        self._losses: list[float] = []
        self._rate = 0.0
        self.begun = time.monotonic()
        self.begun_at_step = 0
        self.measuring_s = 0.0
        self._measurements = 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Forget what an earlier run wrote after the checkpoint; measure the model as it is before the first step."""
        self.begun, self.begun_at_step = time.monotonic(), state.global_step
        self._telling.begin(state.global_step)
        state.save_steps = args.save_steps  # a resume may have another than the checkpoint knows
        kept = read_json_lines(self._curves) if self._curves else []
        kept = [line for line in kept if line["step"] <= state.global_step]
        if state.global_step == 0:
            kept = [{"step": 0, "epoch": 0.0, "audio_s": 0.0} | self._dev(0, kwargs["model"])] if self._measure else []
        if self._curves is None:
            return
        if state.global_step == 0:
            self._send(kept)
        write_lines(self._curves, (json.dumps(line) for line in kept))

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Note the rate of this step; the scheduler goes on before ``on_step_end``."""
        self._rate = kwargs["optimizer"].param_groups[0]["lr"]

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write, tell, and stop if the user asked for it; keep memory from growing."""
        step, last = state.global_step, state.global_step >= state.max_steps
        asked = ranks.longest(self._interrupt.asked) > 0  # what one rank is asked, all do
        self._losses.append(self._take_loss())
        batches = min(step * self._settings.gradient_accumulation_steps, len(self._schedule))
        left_s = self._dev_left_s(step, state.max_steps)
        self._telling(step, state.max_steps, self._losses[-1], self.measuring_s, left_s)
        measured = self._dev(step, kwargs["model"]) if self._measure and self._dev_due(step, state.max_steps) else {}
        last = last or (bool(measured) and self._should_stop())
        # The finished model is saved at once: a last checkpoint would only take its time.
        control.should_save = (control.should_save or asked) and not last
        control.should_training_stop = control.should_training_stop or last or asked
        if measured or last or control.should_save or step % self._settings.logging_steps == 0:
            self._write(step, batches, measured)
        if control.should_save and self._curves:
            to_disk(self._curves)  # a resume from the checkpoint chooses by these lines
        if step % TRIM_STEPS == 0:
            trim()

    def _dev_due(self, step: int, steps: int) -> bool:
        return measurements(self._settings, step, steps) > measurements(self._settings, step - 1, steps)

    def _dev(self, step: int, model: Any) -> dict[str, Any]:
        assert self._measure is not None
        begun = time.monotonic()
        measured = self._measure(step, model)
        self.measuring_s += time.monotonic() - begun
        self._measurements += 1
        return measured

    def _write(self, step: int, batches: int, measured: dict[str, Any]) -> None:
        line = {
            "step": step,
            "epoch": round(self._schedule.epoch(batches), 6),
            "audio_s": round(self._schedule.speech_s(batches), 2),
            "loss": sum(self._losses) / len(self._losses),
            "learning_rate": self._rate,
        }
        self._losses.clear()
        if self._curves is None:
            return
        with self._curves.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | measured) + "\n")
        self._send([line | measured])

    def _send(self, lines: list[dict[str, Any]]) -> None:
        if self._report:
            for line in lines:
                self._report(line)

    def _dev_left_s(self, step: int, steps: int) -> float:
        """Seconds that the measurements on dev will still take, if they take as long as until now."""
        due = measurements(self._settings, steps, steps) - measurements(self._settings, step - 1, steps)
        return due * self.measuring_s / max(self._measurements, 1)


def measurements(settings: TrainSettings, step: int, steps: int) -> int:
    """How often dev is measured up to and with ``step`` of ``steps``, the one before the first step apart."""
    every = settings.eval_steps
    whole = max(1, round(every * steps if every < 1 else every))
    return step // whole + (step == steps and steps % whole != 0)
