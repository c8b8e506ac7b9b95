"""Fixtures that many tests share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

# Tests run side by side: a thread each, or they starve one another; and sums are the same each time. Set before
# anything imports torch, and inherited by the processes that tests start.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# A shell's background job ignores Ctrl-C, and so would all that it starts: tests that press it wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real speech and vectors that ``KOWHISPER_SHARED`` names; without it the test is skipped aloud."""
    folder = os.environ.get("KOWHISPER_SHARED")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KOWHISPER_SHARED names no folder: this test needs real recordings or ITU vectors")
    return Path(folder)


@pytest.fixture(scope="session")
def whisper_base() -> Path:
    """The embedded whisper-base as a local Hugging Face folder."""
    from kowhisper_tel.whisper.resolve import resolve_model

    return resolve_model("builtin/whisper-base")


@pytest.fixture(scope="session")
def tiny_whisper(whisper_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Whisper of two small layers and random weights: for what does not ask what is heard."""
    import json
    import shutil

    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    folder = tmp_path_factory.mktemp("whisper") / "tiny"
    layers = {f"{side}_{what}": size for side in ("encoder", "decoder") for what, size in
              (("layers", 2), ("attention_heads", 2), ("ffn_dim", 64))}  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(11)
        config = WhisperConfig.from_pretrained(whisper_base, d_model=32, num_hidden_layers=2, **layers)
        WhisperForConditionalGeneration(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json"):
        shutil.copy(whisper_base / name, folder / name)
    generation = json.loads((whisper_base / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps(generation | {"alignment_heads": [[1, 0]]}))
    return folder


@pytest.fixture(scope="session")
def tiny_cache(tiny_whisper: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache (``KOWHISPER_CACHE``) in which the tiny model lies under the name of the embedded one."""
    import shutil

    from kowhisper_tel.whisper import builtin
    from kowhisper_tel.whisper.folders import atomic_folder

    cache = tmp_path_factory.mktemp("cache")
    for source in builtin.SOURCES["whisper-base"]:
        with atomic_folder(cache / f"whisper-base-{source.sha256[:12]}", builtin._made_from(source)) as new:
            shutil.copytree(tiny_whisper, new, dirs_exist_ok=True)
    return cache
