"""A small run: a tiny random Whisper, a corpus of noises with Korean labels, two suites; the whole loop in seconds."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kowhisper_tel.core.manifest import Manifest
from tests.train.conftest import corpus, tiny
from tests.train.killing import NOISY as MIXTURE

NOISY = [dict(part) for part in MIXTURE.to_json()]
__all__ = ["corpus", "small", "tiny"]


def of_few_words(model: Path, folder: Path) -> Path:
    """A copy of a model that ends each text after a word or so, instead of going on to the last token it may write."""
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(model, folder)
    weights = load_file(folder / "model.safetensors")
    end = json.loads((folder / "generation_config.json").read_text())["eos_token_id"]
    word = weights["model.decoder.embed_tokens.weight"][end]
    weights["model.decoder.layer_norm.bias"] = 40.0 * word / torch.linalg.vector_norm(word)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.fixture(scope="session")
def small(tiny: Path, corpus: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config of a run of all stages, as YAML that names no folder of runs."""
    folder = tmp_path_factory.mktemp("small")
    base = of_few_words(tiny, folder / "base")
    spoken = [replace(u, speaker=f"s{number % 5}") for number, u in enumerate(corpus.utterances)]
    for name, part in (("train", spoken[:12]), ("dev", spoken[12:15]), ("test", spoken[15:])):
        named = tuple(replace(u, speaker=f"{name}-{u.speaker}") for u in part)
        Manifest(corpus.root, named).write(corpus.root / f"{name}.jsonl")
    value = {
        "name": "small",
        "model": str(base),
        "data": {
            "corpora": [
                {"kind": "manifest", "path": str(corpus.root / f"{split}.jsonl"), "split": split}
                for split in ("train", "dev", "test")
            ],
            "leaks": "off",
            "sentences": "off",
        },
        "train": {
            "num_train_epochs": 1, "batch_seconds": 6, "window_s": [2.0, 6.0], "precision": "fp32", "save_steps": 2,
            "dev_suites": ["clean"], "dev_utterances": 2, "dataloader_num_workers": 0, "controls": [],
            "forgetting": "off", "channels": NOISY,
        },
        "evaluate": {
            "suites": ["clean", "noisy_10"], "engine": "transformers", "quantisation": "float32", "batch_size": 2,
            "cost": False,
            "decoding": {"compression_ratio_threshold": 1e9, "fit_logprob_threshold": None},
        },
    }  # fmt: skip
    path = folder / "small.yaml"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path
