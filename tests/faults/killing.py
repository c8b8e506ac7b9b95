"""Kill −9 a whole run again and again, in every stage: python -m tests.faults.killing CONFIG.yaml FOLDER KILLS.

A run that nobody kills comes first. Then each child goes on with a run and dies: at the n-th file that it opens to
write, renames or removes in the folder of a stage, or after so many seconds. Once a run has died in all stages it ends,
and what it made is compared. A line of JSON tells what came of it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import torch

from eval_suites import results, runner  # noqa: F401 (once, not in every child)
from eval_suites.engines import transformers  # noqa: F401
from kowhisper_tel.commands.loop import whole_loop
from kowhisper_tel.core.files import read_json_lines, sha256
from kowhisper_tel.data import prepare  # noqa: F401
from kowhisper_tel.train import dataset, follow, model, trainer  # noqa: F401
from reports import write  # noqa: F401
from tests.train.killing import Events, ended

STAGES = {"prepare": "manifests", "train": "models", "evaluate": "results", "report": "report"}
SAME = (
    "manifests/train.jsonl", "manifests/dev.jsonl", "manifests/test.jsonl", "manifests/rejects.jsonl",
    "models/phone/model/model.safetensors", "models/phone/curves.jsonl", "results/hypotheses.jsonl",
    "results/utterances.jsonl", "report/headline.csv", "report/utterances.csv", "report/speakers.csv",
)  # fmt: skip


def child(config: Path, runs: Path, events: list[Events]) -> int:
    """The process id of a run of its own, begun or gone on with; it leaves how many events there were."""
    if pid := os.fork():
        return pid
    for each in events:
        sys.addaudithook(each)
    try:
        with Path(os.devnull).open("w") as quiet:
            os.dup2(quiet.fileno(), 2)
            whole_loop(config, [f"runs={runs}"])
    except BaseException as error:
        print(repr(error), flush=True)
        os._exit(1)
    runs.with_suffix(".events").write_text(json.dumps([each.seen for each in events]))
    os._exit(0)


def made(runs: Path) -> dict[str, Any]:
    """What must be the same however often one dies."""
    run = runs / "small"
    heard = read_json_lines(run / "results" / "hypotheses.jsonl")
    keys = [(line["model"], line["rendering"], line["utterance_id"]) for line in heard]
    assert len(keys) == len(set(keys)), "a hypothesis stands twice"
    left = sorted(path.name for path in run.rglob(".*"))
    return {"heard": len(keys), "left": left, **{name: sha256(run / name) for name in SAME}}


def events_of(runs: Path) -> list[Events]:
    """One counter a stage."""
    return [Events(runs, f"small/{folder}") for folder in STAGES.values()]


def main(config: Path, folder: Path, kills: int) -> dict[str, Any]:
    whole, out, draw = folder / "whole", folder / "out", random.Random(kills)
    began = time.monotonic()
    assert ended(child(config, whole, events_of(whole)))
    longest_s, wanted = time.monotonic() - began, made(whole)
    most = dict(zip(STAGES, json.loads(whole.with_suffix(".events").read_text()), strict=True))
    died: list[str] = []
    passes = 0
    while len(died) < kills:
        for stage in [stage for stage in STAGES for _ in range(2)]:
            if len(died) >= kills:
                break
            number, after_s = draw.randint(1, max(most[stage] // 2, 1)), None
            events = [Events(out, f"small/{STAGES[stage]}", number)]
            if len(died) % 4 == 3:
                events, after_s, stage = events_of(out), draw.uniform(0, longest_s), "any"
            if ended(child(config, out, events), after_s):
                break
            died.append(stage)
            print(f"killed {len(died)} of {kills}: {stage}", file=sys.stderr, flush=True)
        assert ended(child(config, out, events_of(out)))
        found = made(out)
        assert found == wanted, {key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]}
        passes += 1
        shutil.rmtree(out)
    told = {stage: died.count(stage) for stage in (*STAGES, "any")}
    return {"died": told, "passes": passes, "events": most, "heard": wanted["heard"], "left": wanted["left"]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
