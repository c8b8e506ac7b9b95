"""WindowTrainer: transformers' Seq2SeqTrainer over planned batches, with sealed checkpoints."""

from __future__ import annotations

import math
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from accelerate.data_loader import prepare_data_loader
from torch.utils.data import DataLoader, Dataset
from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments
from transformers.trainer_callback import PrinterCallback

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.exhausted import is_out_of_memory
from kowhisper_tel.train import checkpoints, ranks
from kowhisper_tel.train.halving import Halving, RandomState
from kowhisper_tel.train.precision import Precision
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.spec_augment import FRAMES_PER_S


class WindowTrainer(Seq2SeqTrainer):  # type: ignore[misc]
    """The trainer, kept to what the library does not do.

    Every batch of all epochs is one item of the dataset, so the library sees a single pass in order, and a resume skips
    by number without making the batches skipped. A loss that is no number stops the training; a batch that memory does
    not hold is computed in parts (``halving``).
    """

    def __init__(self, *, keep_checkpoints: int, inputs: str = "", halving: Halving | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.halving = halving or Halving()
        self.remove_callback(PrinterCallback)
        self._keep_checkpoints, self._inputs = keep_checkpoints, inputs
        self.data_wait_s = 0.0
        self.unrendered = 0
        self._loss = 0.0
        self._heard: list[dict[str, Any]] = []
        self._random = RandomState()

    def train(self, resume_from_checkpoint: str | None = None, **rest: Any) -> Any:
        """The library's, in the parts that the checkpoint was computed in.

        Raises ``UserError``: ``train.out_of_memory_window`` (one window alone does not fit), ``train.out_of_memory``
        (something else does not), ``train.worker_died``, ``train.checkpoint_unsafe`` (a file of the checkpoint asks for
        code to be run).
        """
        if resume_from_checkpoint:
            self.halving.load(Path(resume_from_checkpoint))
            if ranks.count() > 1:
                self.halving.parts = 1  # ranks must compute in as many parts as one another
        try:
            return super().train(resume_from_checkpoint=resume_from_checkpoint, **rest)
        except UnpicklingError:  # the seal is right, so whoever wrote it meant it
            raise UserError("train.checkpoint_unsafe", folder=resume_from_checkpoint) from None
        except (RuntimeError, MemoryError, ConnectionError, EOFError) as error:
            step, broken = self.state.global_step + 1, isinstance(error, ConnectionError | EOFError)
            told = (_death_told() if broken else None) or error
            if str(told).startswith("DataLoader worker"):  # what PyTorch says of one that was killed
                raise UserError("train.worker_died", step=step, problem=str(told).strip()) from error
            if not is_out_of_memory(error):
                raise
            raise UserError("train.out_of_memory", step=step) from error

    def batch(self, number: int) -> dict[str, Any]:
        """A batch by its number, with features."""
        complete: dict[str, Any] = self.train_dataset.features.complete(self.train_dataset[number], self.args.device)
        return complete

    def take_loss(self) -> float:
        """The loss of the step that has just ended: the sum over its micro-batches, each scaled by all their tokens.

        Of several ranks it is that of all: the library scales each one's by their number. Raises as ``training_step``.
        """
        (loss,), self._loss = ranks.summed([self._loss]), 0.0
        if not math.isfinite(loss):
            raise UserError("train.diverged", step=self.state.global_step, rate=self._get_learning_rate())
        return float(loss / self.args.world_size)

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Batches in the schedule's order; ``BatchSampler`` over single numbers, so that accelerate can skip."""
        workers = self.args.dataloader_num_workers
        loader: DataLoader[Any] = DataLoader(
            _Carrying(self.train_dataset),
            batch_size=1,
            shuffle=False,
            collate_fn=_only,
            num_workers=workers,
            prefetch_factor=2 if workers else None,
            pin_memory=torch.cuda.is_available(),
            worker_init_fn=_prepare_worker,
        )
        # The ranks share each batch by its windows: accelerate would deal out whole batches.
        prepared: DataLoader[Any] = prepare_data_loader(
            loader, self.args.device, num_processes=1, process_index=0, put_on_device=True
        )
        return prepared

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: torch.device) -> Any:
        """The library's, timed: the wait for data. Raises the ``UserError`` that a batch ended in."""
        begun = time.perf_counter()
        try:
            return super().get_batch_samples(_delivered(epoch_iterator), num_batches, device)
        finally:
            self.data_wait_s += time.perf_counter() - begun

    def training_step(self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None) -> torch.Tensor:
        """The library's, in as many parts as memory wants; keeps the loss.

        Where memory is full, the step at hand is begun anew in smaller parts, so that its gradients hold nothing of the
        attempt that failed. Raises ``UserError`` (``train.diverged``) where the loss is no number.
        """
        self.unrendered += int(inputs.pop("unrendered"))
        inputs = self.train_dataset.features.complete(inputs, self.args.device)
        if not self._heard:  # the first batch of a step
            self._random = RandomState()
        self._heard.append(inputs)
        waiting = [inputs]
        while (loss := self._computed(model, waiting, num_items_in_batch)) is None:
            self.halving.halve(self.state.global_step + 1)
            model.zero_grad()
            self._loss = 0.0
            self._random.restore()
            waiting = self._heard
        if self.accelerator.sync_gradients:
            self._heard = []
        return loss

    def _computed(self, model: Any, batches: Sequence[dict[str, Any]], tokens: Any) -> torch.Tensor | None:
        """The loss of the last of these batches, and the gradients of all; nothing where smaller parts may fit."""
        loss: torch.Tensor | None = None
        for batch in batches:
            try:
                parts = self.halving.split(batch)
                losses = [super(WindowTrainer, self).training_step(model, part, tokens) for part in parts]
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or self.args.world_size > 1:
                    raise
                if self.halving.can_halve(len(batch["labels"])):
                    return None
                window_s = batch["input_features"].shape[-1] / FRAMES_PER_S
                step = self.state.global_step + 1
                raise UserError("train.out_of_memory_window", step=step, window_s=window_s) from error
            loss = torch.stack(losses).sum()
            value = loss.item()
            if not math.isfinite(value) and self.args.world_size == 1:  # ranks all see it, in ``take_loss``
                raise UserError("train.diverged", step=self.state.global_step + 1, rate=self._get_learning_rate())
            self._loss += value
        return loss

    def floating_point_ops(self, inputs: Any) -> int:  # noqa: ARG002
        """Not counted: the library's estimate takes windows for 30 s."""
        return 0

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        folder = Path(self.args.output_dir)
        new = folder / f"checkpoint-{self.state.global_step}"
        try:
            super()._save_checkpoint(model, trial)
            unrendered = round(ranks.summed([self.unrendered])[0])  # which also waits for all
            if not ranks.is_first():
                return
            self.halving.save(new)
            counts = {"unrendered": unrendered, "threads": torch.get_num_threads(), "ranks": ranks.count()}
            checkpoints.write_counts(new, counts)
            checkpoints.seal(new, self._inputs)
        except BaseException:
            if ranks.is_first():
                shutil.rmtree(new, ignore_errors=True)  # its room may be what the disk lacks
            raise
        checkpoints.prune(folder, self._keep_checkpoints)


def arguments(
    settings: TrainSettings, folder: Path, *, seed: int, steps: int, precision: Precision
) -> Seq2SeqTrainingArguments:
    """The library's arguments for these settings; ``folder`` is where checkpoints go."""
    made = Seq2SeqTrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=1,
        num_train_epochs=1,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.lr_scheduler_type,
        warmup_steps=min(math.ceil(settings.warmup_ratio * steps), steps - 1),  # its first step has a rate of 0
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        gradient_accumulation_steps=settings.gradient_accumulation_steps,
        activation_checkpointing=settings.gradient_checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False} if settings.gradient_checkpointing else None,
        optim="adamw_torch_fused",
        bf16=precision == "bf16",
        # Without it bf16 is refused on a processor, and processes there do not find each other.
        use_cpu=not torch.cuda.is_available() and (precision == "bf16" or ranks.count() > 1),
        fp16=precision == "fp16",
        seed=seed % 2**32,  # NumPy takes no more; it is for dropout alone
        save_strategy="steps",
        save_steps=settings.save_steps,
        save_total_limit=None,  # ours is kept by ``checkpoints.prune``, which never leaves the run without a whole one
        logging_strategy="no",  # ``Follow`` hands its lines on (see ``reporting``)
        report_to="none",
        eval_strategy="no",
        disable_tqdm=True,
        log_level="error",
        remove_unused_columns=False,
        dataloader_num_workers=settings.dataloader_num_workers,
        ddp_timeout=ranks.PATIENCE_S,
        ddp_find_unused_parameters=False,
    )
    made._n_gpu = min(made.n_gpu, 1)  # DataParallel counts the loss of a batch with fewer windows than GPUs too often
    made.report_to = []  # in a Kubeflow job the library adds itself: nothing is sent unless named
    return made


class _Carrying(Dataset[dict[str, Any]]):
    """Batches, or the ``UserError`` that making one ended in, as a value.

    Raised in a worker it would come out as another one: PyTorch makes a new error of the same class, with the
    worker's traceback in place of code and facts.
    """

    def __init__(self, batches: Any) -> None:
        self._batches = batches

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, number: int) -> dict[str, Any]:
        try:
            batch: dict[str, Any] = self._batches[number]
        except UserError as error:
            return {"error": error}
        return batch


def _delivered(batches: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The batches; raises the error that one carries."""
    for batch in batches:
        if "error" in batch:
            raise batch["error"]
        yield batch


def _death_told() -> RuntimeError | None:
    """What PyTorch says of a worker's death: by a signal's handler, which may come a moment after its pipe broke."""
    try:
        time.sleep(1.0)
    except RuntimeError as error:
        return error
    return None


def _only(items: list[dict[str, Any]]) -> dict[str, Any]:
    return items[0]


def _prepare_worker(_: int) -> None:
    # Ctrl-C reaches the whole process group: the trainer ends its workers itself, once its step is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
