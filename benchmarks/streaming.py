"""Memory and time of a large corpus: ``make bench-streaming LINES=1000000``.

A manifest of so many utterances, each a stretch of one short recording of noise, so that there are references to audio
as a corpus has them, and no terabytes. Each stage runs in a process of its own, and its peak is told: ``prepare``
without opening audio, the manifest read from disk, and a training up to its first step (checks, windows and the index
of one epoch) of a Whisper of two small layers.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.train_memory import EnoughError, model
from kowhisper_tel.core.audio import RATE, write_audio

LINES = 100_000
RECORDING_S = 60.0
CALL = 50
"""Utterances in a call; a speaker has as many calls."""
TEXTS = (
    "안녕하세요 고객님",
    "무엇을 도와 드릴까요",
    "네 알겠습니다",
    "카드 번호를 말씀해 주시겠어요",
    "감사합니다",
    "요금제 변경",
)
GB = 1e9
TARGET_GB = 2.0


def write_manifest(folder: Path, lines: int) -> Path:
    """The manifest and the recording; stretches of 3 to 7 s, texts of one to four phrases."""
    noise = np.random.default_rng(0).normal(0, 0.05, round(RECORDING_S * RATE))
    write_audio(folder / "recording.wav", noise.astype(np.float32))
    drawn, path = random.Random(1), folder / "corpus.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            start_s = round(drawn.uniform(0, RECORDING_S - 7), 2)
            record = {
                "id": f"U{number:08d}",
                "audio": "recording.wav",
                "text": " ".join(drawn.choices(TEXTS, k=drawn.randint(1, 4))),
                "start_s": start_s,
                "end_s": round(start_s + drawn.uniform(3, 7), 2),
                "speaker": f"S{number // CALL**2:05d}",
                "call": f"C{number // CALL:06d}",
                "gender": ("female", "male")[number // CALL**2 % 2],
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def prepare(folder: Path) -> int:
    """Read, check, divide and write; how many lines were read."""
    from kowhisper_tel.data.corpus import CorpusSpec
    from kowhisper_tel.data.leaks.weed import LeakRules
    from kowhisper_tel.data.prepare import prepare
    from kowhisper_tel.data.split import SplitSpec

    made = prepare(
        [CorpusSpec("manifest", str(folder / "corpus.jsonl"))],
        folder / "manifests",
        split=SplitSpec.parse("98:1:1"),
        seed=7,
        leaks=LeakRules("off", "off"),
        check_audio=False,
    )
    return int(made.summary["read"])


def read(folder: Path) -> int:
    """Look every line of the train manifest through."""
    from kowhisper_tel.core.manifest import Manifest

    return len(Manifest.read(folder / "manifests" / "train.jsonl"))


def train(folder: Path) -> int:
    """Begin a training, and stop after its first step; how many utterances its epoch has."""
    import torch

    from kowhisper_tel.core.manifest import Manifest
    from kowhisper_tel.train.settings import TrainSettings
    from kowhisper_tel.train.train import CLEAN
    from kowhisper_tel.train.train import train as tune

    def stop(*_: Any) -> None:
        raise EnoughError

    torch.set_num_threads(1)
    manifest = Manifest.read(folder / "manifests" / "train.jsonl")
    settings = TrainSettings(num_train_epochs=1, precision="fp32", dev_utterances=0, dataloader_num_workers=0)
    try:
        tune(model(folder / "model"), manifest, None, CLEAN, folder / "out", settings, seed=1, progress=stop)
    except EnoughError:
        return len(manifest)
    raise AssertionError("no step was taken")


def measured(work: Callable[[Path], int], folder: Path) -> dict[str, float]:
    """``lines``, ``wall_s``, ``cpu_s`` and ``peak_gb`` of work in its own process; ``base_gb``: before it."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(work, folder, sending))
    process.start()
    sending.close()
    found: dict[str, float] = receiving.recv()
    process.join()
    return found


def _measure(work: Callable[[Path], int], folder: Path, sending: Connection) -> None:
    from kowhisper_tel.core.memory import own_bytes

    base, wall_s, cpu_s = own_bytes(), time.perf_counter(), time.process_time()
    lines = work(folder)
    spent = {"wall_s": time.perf_counter() - wall_s, "cpu_s": time.process_time() - cpu_s}
    sending.send({"lines": lines, **spent, "peak_gb": own_bytes() / GB, "base_gb": base / GB})


def main(lines: int = LINES) -> bool:
    """Print a line for each stage; whether each stayed below ``TARGET_GB``."""
    print(f"{machine.described('torch', 'datasets')}\n{lines:,} utterances")
    held = True
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        manifest = write_manifest(folder, lines)
        print(f"manifest {manifest.stat().st_size / 2**20:.0f} MiB")
        for work in (prepare, read, train):
            found = measured(work, folder)
            print(
                f"  {work.__name__:8} {found['lines']:10,.0f} utterances  CPU {found['cpu_s']:6.1f} s  "
                f"wall {found['wall_s']:6.1f} s  peak {found['peak_gb']:.2f} GB (at its start {found['base_gb']:.2f})",
                flush=True,
            )
            held = held and found["peak_gb"] <= TARGET_GB
    return held


if __name__ == "__main__":
    sys.exit(0 if main(*(int(size.replace(",", "")) for size in sys.argv[1:2])) else 1)
