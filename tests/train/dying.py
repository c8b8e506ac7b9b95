"""A training that is killed at a chosen place: python dying.py BASE CORPUS.jsonl OUT PLACE."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import torch

from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import checkpoints, model
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.train import CLEAN, train

SETTINGS = TrainSettings(
    num_train_epochs=2,
    learning_rate=1e-3,
    batch_seconds=6.0,
    window_s=(2.0, 6.0),
    precision="fp32",
    save_steps=3,
    dev_utterances=3,
    dev_suites=("clean",),
    metric_for_best_model="last",
    dataloader_num_workers=0,
)


def die(*_: Any) -> None:
    """No handler, no clean-up: as the machine's out-of-memory killer does it."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    torch.set_num_threads(1)
    base, manifest, out, place = sys.argv[1:]
    corpus = Manifest.read(Path(manifest))
    if place == "before_the_seal":
        checkpoints.seal = die
    if place == "before_the_model_is_whole":
        model.sha256 = die

    def progress(step: int, steps: int, note: str) -> None:
        if place.isdigit() and step == int(place):
            die()

    train(Path(base), corpus, corpus, CLEAN, Path(out), SETTINGS, seed=1, resume=True, progress=progress)
