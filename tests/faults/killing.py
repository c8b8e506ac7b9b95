"""Kill −9 a run again and again, in every stage: python -m tests.faults.killing WHAT FOLDER KILLS.

A run that nobody kills comes first. Then each child goes on with a run and dies: at the n-th file that it opens to
write, renames or removes in the folder of a stage, or after so many seconds. Once a run has died in all stages it ends,
and what it made is compared. A line of JSON tells what came of it. WHAT is the config of a run of all stages, or the
manifest of clips that are prepared, heard by an engine that makes texts of samples, and reported.
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

from eval_suites import results
from eval_suites.engines import transformers  # noqa: F401 (once, not in every child)
from eval_suites.runner import evaluate
from kowhisper_tel.commands.loop import whole_loop
from kowhisper_tel.core.files import read_json_lines, sha256
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec
from kowhisper_tel.train import dataset, follow, model, trainer  # noqa: F401
from reports.write import write_report
from tests.eval_suites import fake
from tests.train.killing import Events, ended

STAGES = {"prepare": "manifests", "train": "models", "evaluate": "results", "report": "report"}
SAME = (
    "manifests/train.jsonl", "manifests/dev.jsonl", "manifests/test.jsonl", "manifests/rejects.jsonl",
    "models/phone/model/model.safetensors", "models/phone/curves.jsonl", "results/hypotheses.jsonl",
    "results/utterances.jsonl", "report/headline.csv", "report/utterances.csv", "report/speakers.csv",
)  # fmt: skip


def work(what: Path, runs: Path) -> None:
    """A run, begun or gone on with."""
    if what.suffix == ".yaml":
        whole_loop(what, [f"runs={runs}"])
        return
    run, split = runs / "small", SplitSpec.parse("5:5")
    made = prepare([CorpusSpec("manifest", str(what))], run / "manifests", split=split, seed=7, workers=1)
    heard, suites = Manifest.read(made.manifests["test"]), fake.some_suites()
    evaluate(
        fake.specs("plain", "loopy"), heard, suites, run / "results", engine=fake.fake_engine(), batch_size=2, seed=5
    )
    write_report(results.load(run / "results"), run / "report")


def child(what: Path, runs: Path, events: list[Events]) -> int:
    """The process id of a run of its own; it leaves how many events there were."""
    if pid := os.fork():
        return pid
    for each in events:
        sys.addaudithook(each)
    try:
        with Path(os.devnull).open("w") as quiet:
            os.dup2(quiet.fileno(), 2)
            work(what, runs)
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
    hashes = {name: sha256(run / name) for name in SAME if (run / name).is_file()}
    return {"heard": len(keys), "left": left, "files": len(hashes), **hashes}


def events_of(runs: Path) -> list[Events]:
    """One counter a stage."""
    return [Events(runs, f"small/{folder}") for folder in STAGES.values()]


def main(what: Path, folder: Path, kills: int) -> dict[str, Any]:
    whole, out, draw = folder / "whole", folder / "out", random.Random(kills)
    began = time.monotonic()
    assert ended(child(what, whole, events_of(whole)))
    longest_s, wanted = time.monotonic() - began, made(whole)
    most = dict(zip(STAGES, json.loads(whole.with_suffix(".events").read_text()), strict=True))
    stages = [stage for stage in STAGES if most[stage]]
    died: list[str] = []
    passes = 0
    while len(died) < kills:
        for stage in [stage for stage in stages for _ in range(2)]:
            if len(died) >= kills:
                break
            number, after_s = draw.randint(1, max(most[stage] // 2, 1)), None
            events = [Events(out, f"small/{STAGES[stage]}", number)]
            if len(died) % 4 == 3:
                events, after_s, stage = events_of(out), draw.uniform(0, longest_s), "any"
            if ended(child(what, out, events), after_s):
                break
            died.append(stage)
            print(f"killed {len(died)} of {kills}: {stage}", file=sys.stderr, flush=True)
        assert ended(child(what, out, events_of(out)))
        found = made(out)
        assert found == wanted, {key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]}
        passes += 1
        shutil.rmtree(out)
    told = {stage: died.count(stage) for stage in (*stages, "any")}
    return {"died": told, "passes": passes, "events": most, "heard": wanted["heard"], "files": wanted["files"]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
