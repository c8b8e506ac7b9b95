"""train(): from a base model and manifests to a fine-tuned Hugging Face folder."""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augment import Channel, Mixture
from eval_suites import materials
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, is_complete, mark_complete, sha256, write_json
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data import neighbours
from kowhisper_tel.train import checkpoints, checks, compiling, precision
from kowhisper_tel.train.allocator import keeping_freed_memory
from kowhisper_tel.train.interrupt import Interrupt, listening
from kowhisper_tel.train.labels import SpecialTokens, text_tokens
from kowhisper_tel.train.parts import counts
from kowhisper_tel.train.precision import Precision
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.tokens import TokenRows
from kowhisper_tel.whisper.model import without_progress_bar

CLEAN = Mixture(((1.0, Channel("clean")),))
"""No channel at all: what the control hears."""


@dataclass(frozen=True)
class TrainResult:
    """A finished training: the model's folder, the SHA-256 of its weights, and what ``summary.json`` says."""

    model: Path
    weights_sha256: str
    summary: Mapping[str, Any]


def train(
    base: Path,
    train: Manifest,
    dev: Manifest | None,
    mixture: Mixture,
    out: Path,
    settings: TrainSettings,
    *,
    seed: int,
    resume: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
    dev_mixture: Mixture = CLEAN,
) -> TrainResult:
    """Fine-tune ``base`` (a Hugging Face folder) on ``train``, each utterance through ``mixture`` anew in each epoch.

    Writes ``out/model/`` (Hugging Face format, fp32 safetensors), ``out/curves.jsonl``, ``out/summary.json`` and, while
    it runs, ``out/checkpoints/``. On CPU in fp32 the weights depend on the arguments and the number of threads alone:
    not on workers, not on kills and resumes. ``resume`` goes on from the newest whole checkpoint, begins if there is
    none, and returns at once what is finished. ``progress`` is called with steps done, steps in all and a short note.
    The curve's dev CER is of ``settings.dev_utterances`` of ``dev``, heard through ``dev_mixture``.

    Ctrl-C ends the step at hand, writes a checkpoint and raises ``KeyboardInterrupt``.

    Raises ``UserError``: ``train.exists`` (``out`` holds a training and ``resume`` is not given), ``train.changed`` (it
    is another one), ``train.no_utterances``, ``train.empty_label``, ``train.token_range``, ``train.tokenizer``,
    ``train.codec``, ``train.babble_alone``, ``train.precision``, ``train.diverged``, and those of
    ``check_quantisation``, ``models.load``, ``models.plain``, ``WindowTrainer.train``, ``plan_epoch`` and
    ``read_audio``.
    """
    checks.check_not_empty(train)
    checks.check_quantisation(settings.lora)
    for heard in (mixture, dev_mixture):
        checks.check_mixture(heard)
    checks.check_hearing(train, settings.hearing)
    task = _Task(base, train, dev, mixture, dev_mixture, settings, seed, precision.choose(settings.precision))
    inputs = task.inputs()
    if _is_finished(out, inputs, resume):
        return _finished(out)
    with _own_random_state(), without_progress_bar(), keeping_freed_memory(), listening() as interrupt:
        return _train(task, out, inputs, interrupt, progress)


@dataclass(frozen=True)
class _Task:
    """All that the weights depend on, the number of threads apart."""

    base: Path
    train: Manifest
    dev: Manifest | None
    mixture: Mixture
    dev_mixture: Mixture
    settings: TrainSettings
    seed: int
    precision: Precision

    def inputs(self) -> dict[str, Any]:
        """As JSON: files by what they hold, so that they may lie elsewhere next time."""
        from kowhisper_tel.whisper.resolve import weight_files

        inputs = {
            "seed": self.seed,
            "base": [sha256(file) for file in weight_files(self.base)],
            "train": fingerprint(materials.utterances(self.train)),
            "dev": fingerprint(materials.utterances(self.dev)) if self.dev else None,
            "mixture": _by_contents(self.mixture),
            "dev_mixture": _by_contents(self.dev_mixture),
            "precision": self.precision,
            "settings": self.settings.decisive(),
        }
        plain: dict[str, Any] = json.loads(json.dumps(inputs))  # tuples become lists, as they do on the way to disk
        return plain


def _train(
    task: _Task,
    out: Path,
    inputs: Mapping[str, Any],
    interrupt: Interrupt,
    progress: Callable[[int, int, str], None] | None,
) -> TrainResult:
    from kowhisper_tel.train import features
    from kowhisper_tel.train import model as models
    from kowhisper_tel.train.dataset import TrainingBatches
    from kowhisper_tel.train.dev import DevSample
    from kowhisper_tel.train.follow import Follow
    from kowhisper_tel.train.no_speech import NoSpeech
    from kowhisper_tel.train.rendering import Rendering
    from kowhisper_tel.train.trainer import WindowTrainer, arguments
    from kowhisper_tel.whisper.model import load_tokenizer

    settings, train, seed = task.settings, task.train, task.seed
    tokenizer = load_tokenizer(task.base)
    special = SpecialTokens.of(tokenizer, settings.language)
    tokens = TokenRows(text_tokens(tokenizer, utterance.text) for utterance in train)
    model = models.load(
        task.base,
        settings.lora,
        label_smoothing=settings.label_smoothing_factor,
        parts=settings.parts,
        seed=seed,
    )
    compiled = compiling.choose(settings.torch_compile)
    if compiled:
        compiling.compile_layers(model)
    checks.check_tokens(train, tokens, special, model.config.vocab_size)
    schedule = Schedule(
        array("d", (checks.duration_s(train, utterance) for utterance in train)),
        tokens.lengths(),
        seed=seed,
        epochs=settings.num_train_epochs,
        packing=settings.packing,
        ids=[utterance.id for utterance in train],
        before=neighbours.before(train.utterances),
    )
    steps = -(-len(schedule) // settings.gradient_accumulation_steps)
    write_json(out / "inputs.json", inputs)
    trainer = WindowTrainer(
        keep_checkpoints=settings.save_total_limit,
        model=model,
        args=arguments(settings, out / "checkpoints", seed=seed, steps=steps, precision=task.precision),
        train_dataset=TrainingBatches(
            Rendering(train, task.mixture, seed=seed, hearing=settings.hearing),
            tokens,
            schedule,
            special,
            seed=seed,
            n_mels=model.config.num_mel_bins,
            masks=settings.spec_augment,
            nospeech=NoSpeech(task.mixture, seed=seed),
            on_device=features.on_device(),
        ),
    )
    sample = None
    if task.dev is not None and len(task.dev) and settings.dev_utterances:
        count = settings.dev_utterances
        sample = DevSample(task.dev, task.dev_mixture, tokenizer, special, seed=seed, count=count)
    follow = Follow(
        out / "curves.jsonl",
        schedule,
        settings,
        take_loss=trainer.take_loss,
        measure=sample.measure if sample else None,
        progress=progress,
        interrupt=interrupt,
    )
    trainer.add_callback(follow)
    start = checkpoints.newest(out / "checkpoints")
    trainer.train(resume_from_checkpoint=str(start) if start else None)
    if trainer.state.global_step < steps:
        raise KeyboardInterrupt
    trained, parameters = counts(model)
    batches = [trainer.batch(number) for number in sorted({0, len(schedule) // 2, len(schedule) - 1})]
    whole, merged = models.plain(
        trainer.accelerator.unwrap_model(trainer.model), task.base, settings.lora, settings.parts, batches
    )
    digest = models.save(whole, task.base, out / "model")
    summary = _summary(trainer, follow, schedule, settings, task.precision, digest)
    told = {"trained_parameters": trained, "parameters": parameters, "compiled": compiled, **merged}
    write_json(out / "summary.json", summary | told | {"halved": trainer.halving.to_json()})
    mark_complete(out, inputs)
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    return _finished(out)


def _by_contents(mixture: Mixture) -> Any:
    parts = mixture.to_json()
    return materials.replaced(parts, materials.sources(parts))


def _is_finished(out: Path, inputs: Mapping[str, Any], resume: bool) -> bool:
    record = out / "inputs.json"
    if not record.is_file():
        return False
    if not resume:
        raise UserError("train.exists", out=out)
    before = json.loads(record.read_text(encoding="utf-8"))
    changed = sorted(key for key in inputs if before.get(key) != inputs[key])
    if changed:
        raise UserError("train.changed", out=out, fields=", ".join(changed))
    return is_complete(out, inputs)


def _finished(out: Path) -> TrainResult:
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return TrainResult(out / "model", summary["weights_sha256"], summary)


def _summary(
    trainer: Any, follow: Any, schedule: Schedule, settings: TrainSettings, chosen: str, digest: str
) -> dict[str, Any]:
    """What was done, and how fast. Speeds are of this process: of the steps since ``resumed_from_step``."""
    import torch

    wall_s = time.monotonic() - follow.begun
    training_s = max(wall_s - follow.measuring_s, 1e-9)
    before = follow.begun_at_step * settings.gradient_accumulation_steps
    heard = schedule.utterances(len(schedule)) - schedule.utterances(before)
    audio_s = schedule.speech_s(len(schedule)) - schedule.speech_s(before)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "steps": trainer.state.global_step,
        "resumed_from_step": follow.begun_at_step,
        "epochs": settings.num_train_epochs,
        "utterances": schedule.utterances(len(schedule)),
        "audio_s": round(schedule.speech_s(len(schedule)), 2),
        "wall_s": round(wall_s, 2),
        "dev_s": round(follow.measuring_s, 2),
        "data_wait_s": round(trainer.data_wait_s, 2),
        "utterances_per_s": round(heard / training_s, 3),
        "audio_s_per_s": round(audio_s / training_s, 3),
        "peak_memory_bytes": peak,
        "peak_gpu_memory_bytes": torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0,
        "precision": chosen,
        "threads": torch.get_num_threads(),
        "unrendered": trainer.unrendered,
        "windows": schedule.counted.to_json(),
        "weights_sha256": digest,
    }


@contextmanager
def _own_random_state() -> Iterator[None]:
    """The trainer seeds the global random states, for dropout; the caller's are put back."""
    import numpy as np
    import torch

    python, array = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(array)
