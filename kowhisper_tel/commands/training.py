"""The training that a config asks for, one a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kowhisper_tel.commands.channels import training_mixture
from kowhisper_tel.commands.matrix import CANDIDATE
from kowhisper_tel.commands.run_folder import Run, read_manifest

if TYPE_CHECKING:
    from kowhisper_tel.train.settings import TrainSettings
    from kowhisper_tel.train.task import Task


def task(run: Run, name: str) -> Task:
    """What ``train`` would do for one model."""
    from kowhisper_tel.train import precision
    from kowhisper_tel.train.task import CLEAN, Task
    from kowhisper_tel.whisper.resolve import resolve_model

    settings = settings_for(run, name)
    return Task(
        resolve_model(run.config.model),
        read_manifest(run, "train"),
        read_manifest(run, "dev") if (run.manifests / "dev.jsonl").is_file() else None,
        training_mixture(run.config.train) if name == CANDIDATE else CLEAN,
        None,
        settings,
        run.config.seed,
        precision.choose(settings.precision),
    )


def settings_for(run: Run, name: str) -> TrainSettings:
    """``train`` of the config as one model is tuned by it."""
    settings = settings_of(run)
    return settings if name == CANDIDATE else settings.without_telephone()


def settings_of(run: Run) -> TrainSettings:
    """``train`` of the config as the room of training takes it."""
    from kowhisper_tel.train.settings import ForgettingBudget, Lora, SpecAugment, TrainSettings

    train = run.config.train
    assert train is not None
    mixed = {"channels", "clean_share", "noise", "noise_share"}
    made = {"lora", "spec_augment", "report_to", "forgetting_budget"}
    values = train.model_dump(exclude={"controls", "recipe", *mixed, *made})
    lora, masks = train.lora, train.spec_augment
    return TrainSettings(
        **values,
        report_to=tuple(train.report_to),
        lora=Lora(**lora.model_dump()) if lora else None,
        spec_augment=SpecAugment(**masks.model_dump()) if masks else None,
        forgetting_budget=ForgettingBudget(**train.forgetting_budget.model_dump()),
    )
