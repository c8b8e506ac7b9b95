"""Training at the machine's end, and with rotten files: a clear end, no bad load, and the same weights after all."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.train import CLEAN, train
from tests.faults.breaking import CODES, KINDS, counting, failing, rot
from tests.faults.test_exhausted import ending
from tests.train.dying import SETTINGS

FEW, MANY = 3, 35
SHORT = replace(SETTINGS, num_train_epochs=1, save_steps=1, dev_utterances=0, previous_share=0.0)
TOLD = {*(f"exhausted.{code}" for code in CODES.values()), "train.disk_full", "train.out_of_memory"}


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """The sums are the same each time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def tuned(base: Path, corpus: Manifest, out: Path, stop_at: int = 0, said: list[str] | None = None) -> str:
    """Train, or go on; the SHA-256 of the weights. ``stop_at``: the step at which memory ends."""

    def progress(step: int, steps: int, note: str) -> None:
        if step == stop_at:
            raise MemoryError

    few = Manifest(corpus.root, tuple(corpus)[:8])
    tell = said.append if said is not None else None
    made = train(base, few, None, CLEAN, out, SHORT, seed=1, resume=True, progress=progress, tell=tell)
    return made.weights_sha256


@pytest.fixture(scope="module")
def wanted(tiny: Path, corpus: Manifest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    """What comes of a training in which nothing fails, and how often it opens, makes or renames a file."""
    folder = tmp_path_factory.mktemp("whole")
    with counting(folder) as events:
        return tuned(tiny, corpus, folder / "out"), events.seen


times = pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])


@times
def test_a_training_ends_clearly_and_goes_on(
    count: int, wanted: tuple[str, int], tiny: Path, corpus: Manifest, tmp_path: Path
) -> None:
    draw, ends, out = random.Random(count), Counter[Any](), tmp_path / "out"
    for number in range(count):
        shutil.rmtree(out, ignore_errors=True)
        kind = KINDS[(number * 5 + 6) % len(KINDS)]  # the few, too, have both kinds of full disk, and no memory
        place = draw.randint(1_000, 400_000) if kind == "file size" else draw.randint(1, wanted[1])
        with failing(tmp_path, kind, place):
            end = ending(lambda: tuned(tiny, corpus, out))
        ends[end] += 1
        assert end is None or end in TOLD, (kind, place, end)
        assert tuned(tiny, corpus, out) == wanted[0], (kind, place)
    assert ends.total() - ends[None] > count // 2


@times
def test_no_rotten_file_of_a_training_is_gone_on_from(
    count: int, wanted: tuple[str, int], tiny: Path, corpus: Manifest, tmp_path: Path
) -> None:
    """Memory ends in the middle, a file of what is there by then rots, and the training goes on, or says why not."""
    draw, begun, out, refused = random.Random(count), tmp_path / "begun", tmp_path / "out", Counter[str]()
    assert ending(lambda: tuned(tiny, corpus, begun, stop_at=3)) == "train.out_of_memory"
    names = sorted(path.relative_to(begun).as_posix() for path in begun.rglob("*") if path.is_file())
    assert sum(name.startswith("checkpoints/checkpoint-") for name in names) > 5
    for number in range(count):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(begun, out)
        name = names[number % len(names)] if count > FEW else draw.choice([n for n in names if "checkpoint-" in n])
        rot(out / name, draw)
        rotten = (out / name).read_bytes() != (begun / name).read_bytes()
        said: list[str] = []
        weights = ""

        def gone_on() -> None:
            nonlocal weights
            weights = tuned(tiny, corpus, out, said=said)  # noqa: B023  # called at once

        end = ending(gone_on)
        if end is not None:
            refused[f"{name} {end}"] += 1
            continue
        newest = max(n.split("/")[1] for n in names if "checkpoint-" in n)
        assert weights == wanted[0], name
        assert bool(said) == (rotten and name.startswith(f"checkpoints/{newest}")), (name, said)
    assert set(refused) <= {"inputs.json train.changed"}
