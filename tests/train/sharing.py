"""A training by several processes: torchrun --nproc-per-node 2 sharing.py BASE CORPUS.jsonl OUT [STOP]."""

import os
import sys
from pathlib import Path

import torch

from augment import presets
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import ranks
from kowhisper_tel.train.settings import SpecAugment, TrainSettings
from kowhisper_tel.train.train import train

SETTINGS = TrainSettings(
    num_train_epochs=2,
    learning_rate=1e-3,
    batch_seconds=6.0,
    window_s=(2.0, 6.0),
    gradient_accumulation_steps=2,
    precision="fp32",
    nospeech_share=0.2,
    full_share=0.1,
    spec_augment=SpecAugment(telephone_share=0.5),
    save_steps=2,
    eval_steps=0.5,
    dev_utterances=3,
    dev_suites=("clean",),
    metric_for_best_model="last",
    dataloader_num_workers=0,
)
"""Of most things that are drawn for a window; with a channel that does not keep time, windows get longer, too."""


def main(base: Path, corpus: Path, out: Path, stop: int | None = None) -> None:
    """Train, or stop as by Ctrl-C after so many steps; the first rank says how many lines it was told."""
    torch.set_num_threads(1)

    def progress(step: int, *_: object) -> None:
        if step == stop:
            os.kill(os.getpid(), 2)  # only one of them hears it

    manifest = Manifest.read(corpus)
    try:
        train(
            base, manifest, manifest, presets.get("wheels_only"), out, SETTINGS, seed=1, resume=True, progress=progress
        )
    except KeyboardInterrupt:
        print(f"rank {ranks.rank()} stopped", flush=True)
    finally:
        ranks.leave()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), *map(int, sys.argv[4:]))
