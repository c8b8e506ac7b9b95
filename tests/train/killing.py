"""Kill −9 a training again and again, and go on with it: python killing.py BASE CORPUS.jsonl FOLDER KILLS.

The training that nobody kills comes first. Then each child is killed at a place that is drawn, or at a moment: at the
n-th file that it opens to write, renames or removes, by itself; or after so many seconds, by this process. Where one
ends before its death, what it made is compared, and the next begins anew. A line of JSON tells what came of it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from augment import Mixture
from kowhisper_tel.core.files import sha256
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import dataset, follow, model, trainer  # noqa: F401 (once, not in every child)
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.train import train

FIRST = ("seal.json", "checkpoint-", ".model.unfinished", "summary.json", "complete.json", "curves.jsonl", "model")
"""The first deaths are at the first event of a file so named; those after them are drawn from all."""
FIGURES = ("steps", "epochs", "utterances", "audio_s", "unrendered", "suspicious", "precision", "weights_sha256")
SETTINGS = TrainSettings(
    num_train_epochs=2,
    learning_rate=1e-3,
    batch_seconds=6.0,
    window_s=(2.0, 6.0),
    precision="fp32",
    save_steps=3,
    eval_steps=0.5,
    dev_utterances=2,
    dataloader_num_workers=0,
)
NOISY = Mixture.from_json(
    [
        {"share": 0.4, "channel": {"name": "clean", "effects": []}},
        {
            "share": 0.6,
            "channel": {"name": "noisy", "effects": [{"effect": "noise", "snr_db": [5, 20], "source": "pink"}]},
        },
    ]
)
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}


class Events:
    """Counts what happens to files in a folder; kills its own process where the time has come."""

    def __init__(self, folder: Path, name: str = "", number: int = 0) -> None:
        self._folder, self._name, self._number = str(folder), name, number
        self.seen = 0

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event in CHANGES:
            paths = args[:2]
        elif event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
            paths = args[:1]
        else:
            return
        named = [str(path) for path in paths if isinstance(path, str | os.PathLike)]
        if any(path.startswith(self._folder) and self._name in path[len(self._folder) :] for path in named):
            self.seen += 1
            if self.seen == self._number:
                os.kill(os.getpid(), signal.SIGKILL)


def child(base: Path, corpus: Manifest, out: Path, events: Events, workers: int) -> int:
    """The process id of a training of its own, begun or gone on with; it leaves how many events there were."""
    if pid := os.fork():
        return pid
    sys.addaudithook(events)
    try:
        settings = replace(SETTINGS, dataloader_num_workers=workers)
        train(base, corpus, corpus, NOISY, out, settings, seed=1, resume=True)
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        os._exit(1)
    out.with_suffix(".events").write_text(str(events.seen))
    os._exit(0)


def made(out: Path) -> dict[str, Any]:
    """What must be the same however often one dies."""
    summary = json.loads((out / "summary.json").read_text())
    return {
        "weights": sha256(out / "model" / "model.safetensors"),
        "curves": (out / "curves.jsonl").read_text(),
        "left": sorted(path.name for path in out.iterdir()),
        **{name: summary[name] for name in FIGURES},
    }


def ended(pid: int, after_s: float | None = None) -> bool:
    """Whether a child came to its end; ``after_s`` is when it is killed."""
    began = time.monotonic()
    while True:
        done, status = os.waitpid(pid, os.WNOHANG if after_s is not None else 0)
        if done:
            break
        if time.monotonic() - began >= (after_s or 0.0):
            os.kill(pid, signal.SIGKILL)
            after_s = None
        time.sleep(0.005)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return False
    assert os.WIFEXITED(status), status
    assert os.WEXITSTATUS(status) == 0, "the training itself failed"
    return True


def main(base: Path, corpus: Manifest, folder: Path, kills: int) -> dict[str, Any]:
    whole, out, draw = folder / "whole", folder / "out", random.Random(kills)
    began = time.monotonic()
    assert ended(child(base, corpus, whole, Events(whole), 0))
    longest_s, wanted = time.monotonic() - began, made(whole)
    most = int(whole.with_suffix(".events").read_text())
    died: list[str] = []
    passes = 0
    while True:
        workers, after_s, name, number = draw.randrange(2), None, "", 0
        if len(died) < min(kills, len(FIRST)):
            name, number = FIRST[len(died)], 1
        elif len(died) < kills and len(died) % 2:
            number = draw.randint(1, most)
        elif len(died) < kills:
            after_s = draw.uniform(0, longest_s)
        if not ended(child(base, corpus, out, Events(out, name, number), workers), after_s):
            died.append(name or (f"{after_s:.2f} s" if after_s is not None else f"event {number}"))
            print(f"killed {len(died)} of {kills} at {died[-1]}", file=sys.stderr, flush=True)
            continue
        found = made(out)
        assert found == wanted, {key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]}
        passes += 1
        print(f"pass {passes}: the same as never killed", file=sys.stderr, flush=True)
        if len(died) >= kills:
            return {"died": died, "passes": passes, "events": most, "steps": wanted["steps"]}
        shutil.rmtree(out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    given = Path(sys.argv[1]), Manifest.read(Path(sys.argv[2])), Path(sys.argv[3]), int(sys.argv[4])
    print(json.dumps(main(*given)))
