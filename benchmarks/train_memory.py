"""Memory of training on ten hours of speech beside ten minutes: ``make bench-train-memory``.

Whisper of two small layers, as many steps as show whether freed memory is used again, each in a process of its own.
The corpus is one recording of noise of a minute, heard in stretches of 2 to 8 s by as many utterances as make the
hours: what grows with a manifest is there (utterances, tokens, plan), and what each utterance takes is told in bytes.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np

from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

RECORDING_S = 60.0
STEPS = 60
TEXTS = ("안녕하세요 고객님 무엇을 도와 드릴까요", "네 알겠습니다", "카드 번호를 말씀해 주시겠어요", "감사합니다")


def corpus(root: Path, hours: float) -> Manifest:
    """Utterances of 2 to 8 s in a recording, over and over, until they make so many hours."""
    generator = np.random.default_rng(0)
    if not (root / "calls.wav").is_file():
        write_audio(root / "calls.wav", generator.normal(0, 0.1, round(RECORDING_S * RATE)).astype(np.float32))
    utterances: list[Utterance] = []
    rest_s = hours * 3600
    while rest_s > 0:
        length_s = float(generator.uniform(2, 8))
        start_s = round(float(generator.uniform(0, RECORDING_S - length_s)), 2)
        number = len(utterances)
        end_s = round(start_s + length_s, 2)
        utterances.append(Utterance(f"call-{number:07}", "calls.wav", TEXTS[number % 4], start_s, end_s))
        rest_s -= length_s
    return Manifest(root, tuple(utterances))


def model(folder: Path) -> Path:
    """A Whisper of two small layers, with whisper-base's tokenizer."""
    import shutil

    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    from kowhisper_tel.whisper.resolve import resolve_model

    base = resolve_model("builtin/whisper-base")
    layers = {f"{side}_{what}": size for side in ("encoder", "decoder") for what, size in
              (("layers", 2), ("attention_heads", 2), ("ffn_dim", 64))}  # fmt: skip
    torch.manual_seed(0)
    config = WhisperConfig.from_pretrained(base, d_model=32, num_hidden_layers=2, **layers)
    WhisperForConditionalGeneration(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json"):
        shutil.copyfile(base / name, folder / name)
    return folder


class EnoughError(Exception):
    """So many steps are enough."""


def peaks(base: Path, root: Path, hours: float, sending: Any) -> None:
    """Train a few steps and send the peaks in bytes, by when they were reached."""
    import torch

    from kowhisper_tel.core.memory import children_bytes, own_bytes
    from kowhisper_tel.train.settings import TrainSettings
    from kowhisper_tel.train.train import CLEAN, train

    torch.set_num_threads(1)
    workers: list[int] = []

    def stop(step: int, *_: Any) -> None:
        workers.append(children_bytes())
        if step == STEPS:
            raise EnoughError

    settings = TrainSettings(num_train_epochs=4, batch_seconds=30, window_s=(4, 10), precision="fp32", dev_utterances=0)
    begun = own_bytes()
    manifest = corpus(root, hours)
    try:
        train(base, manifest, None, CLEAN, root / f"out-{hours:g}", settings, seed=1, progress=stop)
    except EnoughError:
        sending.send((len(manifest), begun, own_bytes(), max(workers)))


def utterance_bytes(base: Path, root: Path) -> dict[str, float]:
    """What an utterance takes for as long as the training lasts, by what holds it."""
    from kowhisper_tel.data.windows import Packing
    from kowhisper_tel.train.labels import text_tokens
    from kowhisper_tel.train.schedule import Schedule
    from kowhisper_tel.whisper.model import load_tokenizer

    tokenizer = load_tokenizer(base)
    tracemalloc.start()

    def held() -> int:
        return tracemalloc.get_traced_memory()[0]

    before = held()
    manifest = corpus(root, 5.0)
    utterances = held()
    tokens = [text_tokens(tokenizer, utterance.text) for utterance in manifest]
    tokenised = held()
    durations_s = [(u.end_s or 0.0) - (u.start_s or 0.0) for u in manifest]
    schedule = Schedule(durations_s, [len(row) for row in tokens], seed=1, epochs=3, packing=Packing())
    planned = held()
    tracemalloc.stop()
    assert len(schedule)
    each = len(manifest)
    return {
        "manifest": (utterances - before) / each,
        "tokens": (tokenised - utterances) / each,
        "plan": (planned - tokenised) / each,
    }


def measure(hours: tuple[float, ...] = (1 / 6, 10.0)) -> dict[str, Any]:
    """The peaks of each, and the bytes of an utterance."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        root, found = Path(folder), {}
        base = model(root / "model")
        for each in hours:
            receiving, sending = context.Pipe(False)
            process = context.Process(target=peaks, args=(base, root, each, sending))
            process.start()
            utterances, begun, main, workers = receiving.recv()
            process.join()
            found[f"{each:.2f} h"] = {"utterances": utterances, "begun": begun, "main": main, "workers": workers}
        return {"peaks": found, "utterance_bytes": utterance_bytes(base, root)}


if __name__ == "__main__":
    told = measure()
    for name, peak in told["peaks"].items():
        main, workers = peak["main"] / 1e6, peak["workers"] / 1e6
        print(
            f"{name:>8}: {peak['utterances']:6} utterances, main process {main:7.1f} MB, its worker {workers:7.1f} MB"
        )
    print("bytes an utterance:", json.dumps({k: round(v) for k, v in told["utterance_bytes"].items()}), file=sys.stdout)
