"""A training on calls hears windows with what was said before, and tells how many of each kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.train import CLEAN, train

SETTINGS = TrainSettings(
    num_train_epochs=1,
    batch_seconds=12.0,
    window_s=(2.0, 6.0),
    previous_share=0.5,
    full_share=0.2,
    nospeech_share=0.2,
    precision="fp32",
    dev_utterances=0,
    dataloader_num_workers=0,
)


def test_windows_of_all_kinds_are_trained_on_and_counted(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    calls = tuple(replace(u, call=f"c{n // 10}") for n, u in enumerate(corpus.utterances))
    summary = train(tiny, Manifest(corpus.root, calls), None, CLEAN, tmp_path, SETTINGS, seed=3).summary
    counted = summary["windows"]
    assert summary["utterances"] == len(corpus)
    assert min(counted[kind] for kind in ("previous", "full", "nospeech", "timestamps")) > 0, counted
    assert counted["windows"] > max(counted[kind] for kind in ("previous", "full", "nospeech"))
