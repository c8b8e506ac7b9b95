"""Task: all that a training's weights depend on; and Assembly, what is made of it before the first step."""

from __future__ import annotations

import copy
import functools
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from augment import Channel, Mixture
from eval_suites import materials
from kowhisper_tel.core.files import fingerprint_of, sha256
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data import neighbours
from kowhisper_tel.train import audio_check, checks, compiling, disk, label_check, reporting
from kowhisper_tel.train.choosing import wishes
from kowhisper_tel.train.generation import check_generation
from kowhisper_tel.train.label_check import Suspicious
from kowhisper_tel.train.labels import SpecialTokens, text_tokens
from kowhisper_tel.train.precision import Precision
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.tokens import TokenRows

if TYPE_CHECKING:
    from kowhisper_tel.train.choosing.sample import DevSample

CLEAN = Mixture(((1.0, Channel("clean")),))
"""No channel at all: what the control hears."""


@dataclass(frozen=True)
class Task:
    """All that the weights depend on, the number of threads apart."""

    base: Path
    train: Manifest
    dev: Manifest | None
    mixture: Mixture
    dev_mixture: Mixture | None
    settings: TrainSettings
    seed: int
    precision: Precision

    def check(self) -> None:
        """What needs neither model nor plan: audio, codecs, programs to report to. Raises as ``train`` does."""
        checks.check_not_empty(self.train)
        checks.check_quantisation(self.settings.lora)
        for heard in (self.mixture, self.dev_mixture):
            if heard is not None:
                checks.check_mixture(heard)
        checks.check_hearing(self.train, self.settings.hearing)
        wishes.check(self.settings, self.dev)
        reporting.check(self.settings.report_to)
        audio_check.check_audio(self.train, self.dev)

    @functools.cached_property
    def sample(self) -> DevSample | None:
        """What is measured of dev, if anything is."""
        if self.dev is None or not wishes.measures(self.settings, self.dev):
            return None
        return wishes.sample_of(self.settings, self.dev, self.dev_mixture, self.seed)

    def inputs(self) -> dict[str, Any]:
        """As JSON: files by what they hold, so that they may lie elsewhere next time."""
        from kowhisper_tel.whisper.resolve import weight_files

        inputs = {
            "seed": self.seed,
            "base": [sha256(file) for file in weight_files(self.base)],
            "train": fingerprint_of(materials.utterances(self.train)),
            "dev": fingerprint_of(materials.utterances(self.dev)) if self.dev else None,
            "mixture": _by_contents(self.mixture),
            "dev_mixture": _by_contents(self.dev_mixture) if self.dev_mixture else None,
            "dev_suites": self.sample.fingerprints if self.sample else None,
            "precision": self.precision,
            "settings": self.settings.decisive(),
        }
        plain: dict[str, Any] = json.loads(json.dumps(inputs))  # tuples become lists, as they do on the way to disk
        return plain


def _by_contents(mixture: Mixture) -> Any:
    parts = mixture.to_json()
    return materials.replaced(parts, materials.sources(parts))


@dataclass
class Assembly:
    """What a training is made of: the trainer, its schedule, the steps to take, labels that are suspicious.

    ``merged``: what the last check of merged adapters found (``adapters.merge``), once there was one.
    """

    task: Task
    trainer: Any
    schedule: Schedule
    steps: int
    suspicious: tuple[Suspicious, ...]
    compiled: bool
    merged: dict[str, float]

    def whole(self, model: Any) -> Any:
        """The Whisper that a model in training is, adapters merged into a copy and checked; the model stays as it is.

        Raises ``UserError`` (``train.merge``).
        """
        from kowhisper_tel.train import model as models

        settings = self.task.settings
        if settings.lora is None:
            return model
        numbers = sorted({0, len(self.schedule) // 2, len(self.schedule) - 1})
        batches = [self.trainer.batch(number) for number in numbers]
        # A rounded base is not merged into: its adapters go onto a fresh one.
        trained = model if settings.lora.base_quantisation else copy.deepcopy(model)
        merged, self.merged = models.plain(trained, self.task.base, settings.lora, settings.parts, batches)
        return merged


def assemble(task: Task, checkpoints_folder: Path, *, keep: int, inputs: str = "", trial: bool = False) -> Assembly:
    """Everything that is needed before the first step, checked; then an empty folder for ``keep`` checkpoints is made.

    ``trial``: a few steps will be taken, and no weights kept that may be chosen. Raises as ``train`` does.
    """
    from kowhisper_tel.train import features
    from kowhisper_tel.train import model as models
    from kowhisper_tel.train.dataset import TrainingBatches
    from kowhisper_tel.train.no_speech import NoSpeech
    from kowhisper_tel.train.rendering import Rendering
    from kowhisper_tel.train.trainer import WindowTrainer, arguments
    from kowhisper_tel.whisper.model import load_tokenizer

    settings, train, seed = task.settings, task.train, task.seed
    tokenizer = load_tokenizer(task.base)
    special = SpecialTokens.of(tokenizer, settings.language)
    check_generation(task.base, tokenizer, special, settings.language)
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
    label_check.check_round_trip(train, tokens, tokenizer)
    durations_s = array("d", (checks.duration_s(train, utterance) for utterance in train))
    schedule = Schedule(
        durations_s,
        tokens.lengths(),
        seed=seed,
        epochs=settings.num_train_epochs,
        packing=settings.packing,
        ids=_Ids(train.utterances),
        before=neighbours.before(train.utterances),
    )
    steps = -(-len(schedule) // settings.gradient_accumulation_steps)
    disk.check_room(checkpoints_folder.parent, model, keep, 0 if trial else kept_weights(task, steps))
    trainer = WindowTrainer(
        keep_checkpoints=keep,
        inputs=inputs,
        model=model,
        args=arguments(settings, checkpoints_folder, seed=seed, steps=steps, precision=task.precision),
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
    suspicious = tuple(label_check.suspicious(train, durations_s, tokens))
    return Assembly(task, trainer, schedule, steps, suspicious, compiled, {})


@dataclass(frozen=True)
class _Ids(Sequence[str]):
    """The utterances' ids, each looked up when it is asked for: of millions only errors want them."""

    utterances: Sequence[Utterance]

    def __len__(self) -> int:
        return len(self.utterances)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [utterance.id for utterance in self.utterances[place]]
        return self.utterances[place].id


def kept_weights(task: Task, steps: int) -> int:
    """How many models beside checkpoints a training of so many steps keeps at most: a new one, and those that may still
    be chosen, now or after a resume from each checkpoint; never more than are measured.
    """
    from kowhisper_tel.train.follow import measurements

    if task.sample is None:
        return 0
    settings = task.settings
    each = 1 + (settings.forgetting == "stop") + settings.average_last
    return min(measurements(settings, steps, steps), 1 + (settings.save_total_limit + 1) * each)
