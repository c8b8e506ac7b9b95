"""train(): from a base model and manifests to a fine-tuned Hugging Face folder."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment import Mixture
from kowhisper_tel.core.errors import UserError, message
from kowhisper_tel.core.files import (
    fingerprint,
    is_complete,
    mark_complete,
    remove_unfinished,
    write_json,
    write_lines,
)
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data import neighbours
from kowhisper_tel.train import checkpoints, precision, ranks, reporting
from kowhisper_tel.train.allocator import trimmed_after
from kowhisper_tel.train.choosing import wishes
from kowhisper_tel.train.disk import full_disk_told
from kowhisper_tel.train.interrupt import Interrupt, listening
from kowhisper_tel.train.random_state import own_random_state
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.task import CLEAN, Assembly, Task, assemble
from kowhisper_tel.train.telling import Telling
from kowhisper_tel.whisper.model import without_progress_bar

if TYPE_CHECKING:
    from kowhisper_tel.train.choosing.choosing import Choosing

__all__ = ["CLEAN", "TrainResult", "train"]

CHECKPOINTS = "checkpoints"
SUSPICIOUS = "suspicious.jsonl"
"""Labels that cannot be what is heard, by id and reason; written only where there are any."""

Progress = Callable[[int, int, str], None]
Tell = Callable[[str], None]


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
    progress: Progress | None = None,
    dev_mixture: Mixture | None = None,
    tell: Tell | None = None,
) -> TrainResult:
    """Fine-tune ``base`` (a Hugging Face folder) on ``train``, each utterance through ``mixture`` anew in each epoch.

    Writes ``out/model/`` (Hugging Face format, fp32 safetensors), ``out/curves.jsonl``, ``out/summary.json``, while it
    runs ``out/checkpoints/`` and ``out/candidates/``, and ``out/suspicious.jsonl`` where labels are too fast to be
    true. On CPU in fp32 the weights depend on the arguments and the number of threads alone: not on workers, not on
    kills and resumes. ``resume`` goes on from the newest whole checkpoint, begins if there is none, and returns at once
    what is finished. ``dev`` is measured under ``settings.dev_suites``, and as one more stratum through
    ``dev_mixture``; which of the weights measured become the model is told in the summary (``choice``). ``progress`` is
    called with steps done, steps in all and a short note; ``tell`` with lines for people about what a resume passes
    over, labels that are suspicious, memory that was full and what was lost, all of which ``summary.json`` has too.

    Under torchrun or accelerate launch each process calls it with the same arguments, and they share the work
    (``ranks``); the first alone writes and tells, into a folder that all can read.

    Ctrl-C ends the step at hand, writes a checkpoint and raises ``KeyboardInterrupt``.

    Raises ``UserError``: ``train.exists`` (``out`` holds a training and ``resume`` is not given), ``train.changed`` (it
    is another one), ``train.no_utterances``, ``train.empty_label``, ``train.token_range``, ``train.tokenizer``,
    ``train.codec``, ``train.babble_alone``, ``train.precision``, ``train.diverged``, ``train.checkpoint_foreign`` (a
    checkpoint of another training lies there), ``train.no_room``, ``train.disk_full``, ``train.audio``,
    ``train.round_trip``, ``train.generation_config``, ``train.tokenizer_size``, ``train.report_unknown``,
    ``train.report_missing``, and those of ``check_quantisation``, ``models.load``, ``models.plain``,
    ``WindowTrainer.train``, ``plan_epoch``, ``read_audio`` and ``choosing.wishes``.
    """
    task = Task(base, train, dev, mixture, dev_mixture, settings, seed, precision.choose(settings.precision))
    ranks.join()
    inputs, finished = ranks.first(lambda: _looked_at(task, out, resume))
    if finished:
        return _finished(out)
    with (
        own_random_state(),
        without_progress_bar(),
        trimmed_after(),
        listening() as interrupt,
        full_disk_told(out),
    ):
        return _train(
            task,
            out,
            inputs,
            interrupt,
            progress if ranks.is_first() else None,
            tell if tell and ranks.is_first() else lambda _: None,
        )


def _looked_at(task: Task, out: Path, resume: bool) -> tuple[dict[str, Any], bool]:
    """What the training is begun with, checked, and whether it is finished already."""
    task.check()
    inputs = task.inputs()
    finished = _is_finished(out, inputs, resume)
    if finished:
        _remove_scaffolding(out)  # the run may have died before it did so
    return inputs, finished


def _train(
    task: Task,
    out: Path,
    inputs: Mapping[str, Any],
    interrupt: Interrupt,
    progress: Progress | None,
    tell: Tell,
) -> TrainResult:
    from kowhisper_tel.train.choosing.choosing import Choosing
    from kowhisper_tel.train.follow import Follow
    from kowhisper_tel.train.summary import summary

    settings, print_ = task.settings, fingerprint(inputs)
    parts = assemble(task, out / CHECKPOINTS, keep=settings.save_total_limit, inputs=print_)
    trainer, schedule = parts.trainer, parts.schedule
    trainer.halving.tell = tell
    measures = task.sample is not None
    chooser: Choosing | None = None
    if task.sample and ranks.is_first():
        chooser = Choosing(task.base, task.sample, settings, out, tell, whole=parts.whole)
    start = ranks.first(lambda: _begin(out, inputs, parts, chooser, tell))
    telling = Telling(
        schedule, settings.gradient_accumulation_steps, wait_s=lambda: float(trainer.data_wait_s), progress=progress
    )
    follow = Follow(
        out / "curves.jsonl" if ranks.is_first() else None,
        schedule,
        settings,
        take_loss=trainer.take_loss,
        measure=(lambda step, model: ranks.first(lambda: _measured(chooser, step, model))) if measures else None,
        should_stop=lambda: ranks.first(lambda: bool(chooser and chooser.stopped)),
        telling=telling,
        interrupt=interrupt,
        report=lambda line: reporting.send(trainer, line),
    )
    for callback in reporting.callbacks(settings.report_to, out) if ranks.is_first() else ():
        trainer.add_callback(callback)
    trainer.add_callback(follow)
    trainer.train(resume_from_checkpoint=str(start) if start else None)
    if trainer.state.global_step < parts.steps and not ranks.first(lambda: bool(chooser and chooser.stopped)):
        raise KeyboardInterrupt
    trainer.unrendered = round(ranks.summed([trainer.unrendered])[0])
    told = summary(parts, follow, telling)
    trainer.optimizer = trainer.lr_scheduler = None  # room for the mixtures

    def finish() -> None:
        begun = time.monotonic()
        digest, choice = _save(parts, chooser, out)
        took_s = time.monotonic() - begun  # the mixtures are measured only now
        told["wall_s"] = round(told["wall_s"] + took_s, 2)
        told["dev_s"] = round(told["dev_s"] + (took_s if chooser else 0.0), 2)
        write_json(out / "summary.json", {**told, **parts.merged, "choice": choice, "weights_sha256": digest})
        mark_complete(out, inputs, _made(out))
        _remove_scaffolding(out)

    ranks.first(finish)
    return _finished(out)


def _measured(chooser: Choosing | None, step: int, model: Any) -> dict[str, Any]:
    assert chooser is not None
    return chooser.measure(step, model)


def _begin(out: Path, inputs: Mapping[str, Any], parts: Assembly, chooser: Choosing | None, tell: Tell) -> Path | None:
    """The checkpoint to go on from, if there is one; what is odd and yet no error is written down, and told."""
    import torch

    remove_unfinished(out)
    serves = chooser.serves if chooser else None
    start, flawed = checkpoints.choose(out / CHECKPOINTS, fingerprint(inputs), serves)
    for one in flawed:
        tell(str(one))
    if chooser:
        chooser.begin(checkpoints.steps(start) if start else 0)
    if start:
        counts = checkpoints.read_counts(start)
        parts.trainer.unrendered = counts["unrendered"]
        if (now := ranks.count()) != (before := counts.get("ranks", 1)):
            tell(message("train.ranks", {"before": before, "now": now}))
        if (threads := torch.get_num_threads()) != counts["threads"]:
            tell(message("train.threads", {"before": counts["threads"], "now": threads}))
    share, utterances = parts.task.settings.previous_share, parts.task.train.utterances
    if share and not neighbours.known(neighbours.before(utterances)):
        tell(message("train.no_calls", {"share": share}))
    write_json(out / "inputs.json", inputs)
    if parts.suspicious:
        write_lines(out / SUSPICIOUS, (json.dumps(one.to_json(), ensure_ascii=False) for one in parts.suspicious))
        tell(message("train.suspicious", {"count": len(parts.suspicious), "file": out / SUSPICIOUS}))
    return start


def _save(parts: Assembly, chooser: Choosing | None, out: Path) -> tuple[str, Mapping[str, Any]]:
    """Write the model: the SHA-256 of its weights, and the account of the choice."""
    from kowhisper_tel.train import model as models
    from kowhisper_tel.train.choosing.weights import in_model

    trainer, base = parts.trainer, parts.task.base
    if chooser is None:
        whole = parts.whole(trainer.accelerator.unwrap_model(trainer.model))
        return models.save(whole, base, out / "model"), wishes.unmeasured(trainer.state.global_step)
    trainer.model = trainer.model_wrapped = None
    chosen = chooser.finish()
    return models.save(in_model(chosen.state, base), base, out / "model"), chosen.record


def _made(out: Path) -> list[Path]:
    """What a finished training is."""
    return [*(out / "model").rglob("*"), *(out / name for name in ("summary.json", "curves.jsonl", SUSPICIOUS))]


def _remove_scaffolding(out: Path) -> None:
    for folder in (CHECKPOINTS, wishes.FOLDER):
        shutil.rmtree(out / folder, ignore_errors=True)


def _is_finished(out: Path, inputs: Mapping[str, Any], resume: bool) -> bool:
    record = out / "inputs.json"
    if not record.is_file():
        return False
    if not resume:
        raise UserError("train.exists", out=out)
    try:
        before = dict(json.loads(record.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise UserError("train.changed", out=out, fields=f"{record.name} (damaged)") from None
    changed = sorted(key for key in inputs if before.get(key) != inputs[key])
    if changed:
        raise UserError("train.changed", out=out, fields=", ".join(changed))
    return (out / "model").is_dir() and is_complete(out, inputs)


def _finished(out: Path) -> TrainResult:
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return TrainResult(out / "model", summary["weights_sha256"], summary)
