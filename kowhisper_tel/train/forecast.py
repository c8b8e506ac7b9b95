"""Forecast: what a training will cost, from a few real steps on throw-away weights, in a folder that is thrown away."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kowhisper_tel.core.memory import own_bytes
from kowhisper_tel.train import disk
from kowhisper_tel.train.random_state import own_random_state
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.task import Task, assemble, kept_weights
from kowhisper_tel.train.telling import gpu_bytes
from kowhisper_tel.whisper.model import without_progress_bar

MEASURED_STEPS = 4
"""Steps that the speed is taken of; one before them warms up, with the largest batch of all."""


@dataclass(frozen=True)
class Load:
    """What there is to do. ``window_s``: seconds of windows in all batches, as the encoder sees them."""

    steps: int
    audio_s: float
    window_s: float
    dev_measurements: int
    checkpoints: int


@dataclass(frozen=True)
class Speeds:
    """What was measured, in seconds.

    ``compute_s``: of forward, backward and optimiser; ``made_s``: of one process that makes the batches; both for each
    second of windows. ``setup_s``: until the first step. ``dev_s``: one measurement on dev. ``checkpoint_s``,
    ``model_s``: writing one.
    """

    setup_s: float
    compute_s: float
    made_s: float
    dev_s: float
    checkpoint_s: float
    model_s: float


@dataclass(frozen=True)
class Costs:
    """What it will take: seconds of each part, bytes on the disk and in memory.

    ``training_s`` holds ``data_wait_s``. ``disk_bytes`` is the most at once, ``model_bytes`` what stays;
    ``exports_bytes`` the CTranslate2 forms that evaluation makes, int8 and float16. ``memory_bytes`` is of the main
    process, ``memory_workers_bytes`` of those that make batches, their caches full.
    """

    steps: int
    audio_s: float
    total_s: float
    setup_s: float
    training_s: float
    data_wait_s: float
    dev_s: float
    saving_s: float
    checkpoint_bytes: int
    disk_bytes: int
    model_bytes: int
    exports_bytes: int
    memory_bytes: int
    memory_workers_bytes: int
    memory_gpu_bytes: int
    steps_run: int
    window_s_run: float
    took_s: float

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def forecast(task: Task, *, measured_steps: int = MEASURED_STEPS) -> Costs:
    """Take a few steps of this training, measure dev, write a checkpoint and the model, and reckon the rest.

    Nothing but a temporary folder is written. Raises ``UserError`` as ``train`` does before its first step.
    """
    begun = time.monotonic()
    task.check()
    task.inputs()
    with (
        own_random_state(),
        without_progress_bar(),
        tempfile.TemporaryDirectory(prefix="kowhisper_forecast.") as folder,
        disk.full_disk_told(Path(folder)),
    ):
        return _forecast(task, Path(folder), begun, measured_steps)


def seconds(load: Load, speeds: Speeds, workers: int) -> dict[str, float]:
    """The arithmetic: what each part takes, and ``total_s``.

    With workers a batch is there when it is wanted, or the slower of the two sets the pace; without, one waits for it.

    >>> load = Load(steps=100, audio_s=9000, window_s=10000, dev_measurements=3, checkpoints=2)
    >>> speeds = Speeds(setup_s=20, compute_s=0.5, made_s=0.8, dev_s=30, checkpoint_s=4, model_s=2)
    >>> [seconds(load, speeds, workers)["total_s"] for workers in (0, 1, 2)]
    [13120.0, 8120.0, 5120.0]
    """
    computing_s = load.window_s * speeds.compute_s
    making_s = load.window_s * speeds.made_s
    wait_s = max(making_s / workers - computing_s, 0.0) if workers else making_s
    parts = {
        "setup_s": speeds.setup_s,
        "training_s": computing_s + wait_s,
        "dev_s": load.dev_measurements * speeds.dev_s,
        "saving_s": load.checkpoints * speeds.checkpoint_s + speeds.model_s,
    }
    return {**parts, "data_wait_s": wait_s, "total_s": sum(parts.values())}


def chosen(schedule: Schedule, count: int) -> list[int]:
    """Numbers of ``count`` batches: the largest one first, then some spread evenly over all by windows' length.

    They are of the first epoch: those after it are of the same utterances.
    """
    batches = [(n, schedule[n]) for n in range(len(schedule)) if schedule.epoch(n) < 1]
    ordered = [n for n, batch in sorted(batches, key=lambda pair: (pair[1].length, pair[0]))]
    largest = max(batches, key=lambda pair: (len(pair[1].windows) * pair[1].length, pair[0]))[0]
    spread = [ordered[int((i + 0.5) * len(ordered) / (count - 1))] for i in range(count - 1)]
    return [largest, *spread]


def _forecast(task: Task, folder: Path, begun: float, measured_steps: int) -> Costs:
    from kowhisper_tel.train import rendering
    from kowhisper_tel.train.choosing.choosing import Choosing
    from kowhisper_tel.train.follow import measurements
    from kowhisper_tel.train.trial import Trial

    settings = task.settings
    parts = assemble(task, folder / "checkpoints", keep=1, trial=True)
    each = settings.gradient_accumulation_steps
    steps = min(1 + measured_steps, parts.steps)
    ahead = 2 * settings.dataloader_num_workers  # what workers make while the last steps are taken
    numbers = chosen(parts.schedule, steps * each + ahead)
    chooser = Choosing(task.base, task.sample, settings, folder, whole=parts.whole) if task.sample else None
    if chooser:
        chooser.begin(0)
    setup_s = time.monotonic() - begun
    trial = Trial(parts, numbers, [window_s(parts.schedule, [n]) for n in numbers], steps)
    trial.run()
    dev_s = trial.dev(chooser)
    checkpoint_s, checkpoint_bytes = trial.checkpoint()
    parameters = disk.model_parameters(parts.trainer.model)
    held_bytes = own_bytes(), trial.workers_bytes, gpu_bytes()
    model_s, model_bytes = trial.model(folder / "model")
    measured = measurements(settings, parts.steps, parts.steps) + mixtures(settings)
    load = _load(parts.schedule, settings, parts.steps, measured, dev_s > 0)
    speeds = Speeds(setup_s, trial.compute_s, trial.made_s, dev_s, checkpoint_s, model_s)
    workers = settings.dataloader_num_workers
    cache_bytes = min(rendering.CACHE_BYTES, round(load.audio_s / settings.num_train_epochs * 16_000 * 4))
    kept, weights = min(settings.save_total_limit, load.checkpoints), kept_weights(task, parts.steps) * model_bytes
    return Costs(
        **seconds(load, speeds, workers),
        steps=load.steps,
        audio_s=load.audio_s,
        checkpoint_bytes=checkpoint_bytes,
        disk_bytes=weights
        + max((kept + 1) * checkpoint_bytes if load.checkpoints else 0, kept * checkpoint_bytes + model_bytes),
        model_bytes=model_bytes,
        exports_bytes=3 * parameters,
        memory_bytes=held_bytes[0] + (0 if workers else cache_bytes),
        memory_workers_bytes=held_bytes[1] + workers * cache_bytes,
        memory_gpu_bytes=held_bytes[2],
        steps_run=steps,
        window_s_run=trial.window_s,
        took_s=time.monotonic() - begun,
    )


def mixtures(settings: TrainSettings) -> int:
    """How many mixtures of weights are measured after the last step."""
    return sum(alpha < 1 for alpha in settings.interpolate or ()) + (settings.average_last > 1)


def _load(schedule: Schedule, settings: TrainSettings, steps: int, measured: int, has_dev: bool) -> Load:
    """``measured``: how often dev is, after the first step; once more before it."""
    return Load(
        steps=steps,
        audio_s=schedule.speech_s(len(schedule)),
        window_s=window_s(schedule, range(len(schedule))),
        dev_measurements=measured + 1 if has_dev else 0,
        checkpoints=math.ceil(steps / settings.save_steps) - 1,  # none at the last step
    )


def window_s(schedule: Schedule, numbers: Sequence[int]) -> float:
    """Seconds of windows in these batches."""
    from kowhisper_tel.data.windows import TICKS_PER_S

    return sum(len(schedule[n].windows) * schedule[n].length for n in numbers) / TICKS_PER_S
