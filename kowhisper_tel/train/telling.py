"""Telling: what is said of a training while it goes on, and what it took at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from kowhisper_tel.core.language import current_language
from kowhisper_tel.core.memory import children_bytes, own_bytes
from kowhisper_tel.train.schedule import Schedule

Progress = Callable[[int, int, str], None]

GB = 1e9
MEMORY_EVERY_S = 2.0
"""The memory of workers is looked up at most so often."""


class Telling:
    """Says after each step how it goes: loss, speed, wait for data, memory, time left.

    Speed is of this process, the measurements on dev apart; the time that is left counts them in.
    """

    def __init__(
        self, schedule: Schedule, accumulation: int, *, wait_s: Callable[[], float], progress: Progress | None
    ) -> None:
        self._schedule, self._accumulation = schedule, accumulation
        self._wait_s, self._progress = wait_s, progress
        self.workers_bytes = 0
        self._looked = float("-inf")
        self.begin(0)

    def begin(self, step: int) -> None:
        """The clock starts; ``step`` is where the training goes on from."""
        self._begun, self._waited_s, self._from = time.monotonic(), self._wait_s(), self._batches(step)

    def __call__(self, step: int, steps: int, loss: float, measuring_s: float, still_s: float) -> None:
        """After ``step``. ``measuring_s``: what dev took so far; ``still_s``: what it will still take."""
        self._look()
        if self._progress is None:
            return
        training_s = max(time.monotonic() - self._begun - measuring_s, 1e-9)
        speed = (self._schedule.speech_s(self._batches(step)) - self._schedule.speech_s(self._from)) / training_s
        left_s = self._schedule.speech_s(len(self._schedule)) - self._schedule.speech_s(self._batches(step))
        facts = {
            "loss": loss,
            "audio_s_per_s": speed,
            "wait": (self._wait_s() - self._waited_s) / training_s,
            "memory_gb": own_bytes() / GB,
            "workers_gb": self.workers_bytes / GB,
            "gpu_gb": gpu_bytes() / GB,
            "left_s": left_s / speed + still_s if speed else float("nan"),
        }
        self._progress(step, steps, note(facts, current_language()))

    def _look(self) -> None:
        if time.monotonic() - self._looked >= MEMORY_EVERY_S:
            self._looked = time.monotonic()
            self.workers_bytes = max(self.workers_bytes, children_bytes())

    def _batches(self, step: int) -> int:
        return min(step * self._accumulation, len(self._schedule))


def note(facts: Mapping[str, float], language: str) -> str:
    """One short line in a language.

    >>> facts = {"loss": 2.31, "audio_s_per_s": 23.4, "wait": 0.04, "memory_gb": 1.9, "workers_gb": 0.5, "gpu_gb": 0}
    >>> note({**facts, "left_s": 750}, "en")
    'loss 2.310 · 23.4 s/s · data wait 4 % · 1.9 + 0.5 GB · 13 min left'
    """
    korean = language == "ko"
    parts = [
        f"손실 {facts['loss']:.3f}" if korean else f"loss {facts['loss']:.3f}",
        f"초당 {facts['audio_s_per_s']:.1f}초" if korean else f"{facts['audio_s_per_s']:.1f} s/s",
        f"{'데이터 대기' if korean else 'data wait'} {facts['wait']:.0%}".replace("%", " %"),
        f"{facts['memory_gb']:.1f} + {facts['workers_gb']:.1f} GB",
    ]
    if facts["gpu_gb"]:
        parts.append(f"GPU {facts['gpu_gb']:.1f} GB")
    if facts["left_s"] == facts["left_s"]:  # not a number before there is a speed
        parts.append(f"{duration(facts['left_s'], language)} {'남음' if korean else 'left'}")
    return " · ".join(parts)


def duration(seconds: float, language: str) -> str:
    """A time that a person may wait.

    >>> duration(40, "en"), duration(750, "ko"), duration(9000, "en")
    ('40 s', '13분', '2.5 h')
    """
    korean = language == "ko"
    if seconds < 90:
        return f"{seconds:.0f}{'초' if korean else ' s'}"
    if seconds < 5400:
        return f"{seconds / 60:.0f}{'분' if korean else ' min'}"
    return f"{seconds / 3600:.1f}{'시간' if korean else ' h'}"


def totals(summary: Mapping[str, Any], language: str) -> str:
    """The line at the end: steps, audio, time, speed, wait for data and memory, of this process's part."""
    facts = {
        "steps": summary["steps"] - summary["resumed_from_step"],
        "all": summary["steps"],
        "time": duration(summary["wall_s"], language),
        "hours": summary["audio_s"] / 3600,
        "speed": summary["audio_s_per_s"],
        "wait": 100 * summary["data_wait_s"] / max(summary["wall_s"] - summary["dev_s"], 1e-9),
        "dev": duration(summary["dev_s"], language),
        "main": summary["peak_memory_bytes"] / GB,
        "workers": summary["peak_memory_workers_bytes"] / GB,
        "gpu": summary["peak_gpu_memory_bytes"] / GB,
    }
    text = _TOTALS["ko" if language == "ko" else "en"].format(**facts)
    return text + (f" · GPU {facts['gpu']:.1f} GB" if facts["gpu"] else "")


_TOTALS = {
    "en": "{steps} of {all} steps in {time} ({hours:.2f} h of speech in all epochs) · {speed:.1f} s/s · data wait "
    "{wait:.0f} % · dev {dev} · memory {main:.1f} + {workers:.1f} GB (workers)",
    "ko": "{all}단계 중 {steps}단계를 {time}에 마침(전체 에폭 음성 {hours:.2f}시간) · 초당 {speed:.1f}초 · "
    "데이터 대기 {wait:.0f} % · 개발 평가 {dev} · 메모리 {main:.1f} + {workers:.1f} GB(작업 프로세스)",
}


def gpu_bytes() -> int:
    """The most memory that tensors took on the GPU, 0 where there is none."""
    import torch

    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
