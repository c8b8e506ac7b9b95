"""The config's settings of choosing reach the training as they are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from kowhisper_tel import config
from kowhisper_tel.config_file import load_config
from kowhisper_tel.train.settings import TrainSettings

OURS = (
    "eval_steps", "dev_utterances", "dev_suites", "metric_for_best_model", "early_stopping_patience", "forgetting",
    "forgetting_budget", "interpolate", "average_last",
)  # fmt: skip


def test_the_defaults_are_the_same() -> None:
    ours, theirs = asdict(TrainSettings()), config.Train().model_dump()
    assert {name: theirs[name] for name in OURS} == {
        name: list(ours[name]) if isinstance(ours[name], tuple) else ours[name] for name in OURS
    }


def test_a_file_of_suites_is_taken_from_the_config_files_folder(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: x\ndata: {corpora: [{kind: demo}]}\n"
        "train: {dev_suites: [clean, own.yaml], forgetting_budget: {clean: 1, longform: null}, interpolate: [0.5]}",
        encoding="utf-8",
    )
    train = load_config(file).train
    assert train is not None
    assert train.dev_suites == ["clean", str(tmp_path / "own.yaml")]
    assert (train.forgetting_budget.clean, train.forgetting_budget.longform) == (1, None)
    assert train.forgetting_budget.timestamps == TrainSettings().forgetting_budget.timestamps
