"""Summary: what was done in a training, and how fast."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from kowhisper_tel.core.memory import own_bytes
from kowhisper_tel.train import checkpoints
from kowhisper_tel.train.follow import Follow
from kowhisper_tel.train.parts import counts
from kowhisper_tel.train.task import Assembly
from kowhisper_tel.train.telling import Telling, gpu_bytes


def summary(parts: Assembly, follow: Follow, telling: Telling) -> dict[str, Any]:
    """As in ``summary.json``. Speeds are of this process: of the steps since ``resumed_from_step``."""
    import torch

    trainer, schedule, settings = parts.trainer, parts.schedule, parts.task.settings
    wall_s = time.monotonic() - follow.begun
    training_s = max(wall_s - follow.measuring_s, 1e-9)
    each = settings.gradient_accumulation_steps
    before, done = (min(step * each, len(schedule)) for step in (follow.begun_at_step, trainer.state.global_step))
    heard = schedule.utterances(done) - schedule.utterances(before)
    audio_s = schedule.speech_s(done) - schedule.speech_s(before)
    trained, parameters = counts(trainer.model)
    return {
        "steps": trainer.state.global_step,
        "resumed_from_step": follow.begun_at_step,
        "epochs": settings.num_train_epochs,
        "utterances": schedule.utterances(done),
        "audio_s": round(schedule.speech_s(done), 2),
        "wall_s": round(wall_s, 2),
        "dev_s": round(follow.measuring_s, 2),
        "data_wait_s": round(trainer.data_wait_s, 2),
        "utterances_per_s": round(heard / training_s, 3),
        "audio_s_per_s": round(audio_s / training_s, 3),
        "peak_memory_bytes": own_bytes(),
        "peak_memory_workers_bytes": telling.workers_bytes,
        "peak_gpu_memory_bytes": gpu_bytes(),
        "precision": parts.task.precision,
        "threads": torch.get_num_threads(),
        "trained_parameters": trained,
        "parameters": parameters,
        "compiled": parts.compiled,
        "halved": trainer.halving.to_json(),
        "unrendered": trainer.unrendered,
        "windows": schedule.counted.to_json(),
        "suspicious": len(parts.suspicious),
        "passed_over": checkpoints.passed_over(Path(trainer.args.output_dir)),
    }
