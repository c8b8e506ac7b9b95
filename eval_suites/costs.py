"""Costs: each model alone, in a fresh process, on the same few clean clips.

``python -m eval_suites.costs`` is that process: a pickled job comes on stdin, and the figures go out as one line of
JSON. The clips are heard once to warm up by their first batch, and then all of them by the clock.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from augment import Channel
from eval_suites import engines
from eval_suites.cost import COSTS, Cost
from eval_suites.engines import Clip, Engine, EngineKind, Setting
from eval_suites.models import ModelSpec
from eval_suites.rendering import Renderer, duration_s
from eval_suites.seats import Seat
from eval_suites.suite import Suite
from kowhisper_tel.core.audio import RATE, read_audio, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, read_json_lines, write_lines
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.memory import held_bytes

SAMPLE_S = 30.0
"""The most audio, in seconds, that a model is measured on."""
ROOT = Path(__file__).parents[1]
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Job:
    """What the process is to do. ``batches``: WAV files, by batch."""

    model: str
    engine: str
    spec: ModelSpec
    setting: Setting
    batches: tuple[tuple[str, ...], ...]


Measure = Callable[[Job], Cost]


def measure(
    seats: Mapping[str, Seat], manifest: Manifest, out: Path, batch_size: int, seed: int, how: Measure | None = None
) -> None:
    """Write ``costs.jsonl`` into ``out``: one line a model, in their order. What stands there already is kept.

    Nothing is measured without a clip that fits the sample. Left out are variants (their source's cost is theirs too),
    engines that hear nothing, and engines that are not of the registry, which another process could not find. Raises
    ``UserError`` (``eval.cost``) where a model that was heard before cannot be measured.
    """
    known = {cost.model: cost for cost in map(Cost.from_json, read_json_lines(out / COSTS))}
    wanted = [name for name, seat in seats.items() if _can_be_measured(seat)]
    if all(name in known for name in wanted):
        return
    with tempfile.TemporaryDirectory(prefix="cost-") as folder:
        batches = _clips(manifest, Path(folder), batch_size, seed)
        if not batches:
            return
        for name in wanted:
            if name not in known:
                seat = seats[name]
                seat.kind.prepare(seat.spec, seat.setting)
                setting = replace(seat.setting, task=None)
                known[name] = (how or apart)(Job(name, seat.kind.name, seat.spec, setting, batches))
                lines = [json.dumps(known[n].to_json(), ensure_ascii=False) for n in wanted if n in known]
                write_lines(out / COSTS, lines)


def _can_be_measured(seat: Seat) -> bool:
    registered = seat.kind.name in engines.names() and engines.get(seat.kind.name) is seat.kind
    return registered and seat.kind.decodes and seat.spec.post is None


def _clips(manifest: Manifest, folder: Path, batch_size: int, seed: int) -> tuple[tuple[str, ...], ...]:
    """Clean clips as files, in the batches that an evaluation would have them in."""
    from kowhisper_tel.whisper.decoding import plan_batches

    lengths = sample({u.id: duration_s(manifest, u) for u in manifest})
    suite = Suite("cost", "clean", {}, Channel("clean"))
    renderer = Renderer(manifest, [suite], seed)
    names = list(lengths)
    for number, name in enumerate(names):
        write_audio(folder / f"{number}.wav", renderer.render(suite.rendering, name).audio)
    batches = plan_batches(list(lengths.values()), batch_size)
    return tuple(tuple(str(folder / f"{number}.wav") for number in batch) for batch in batches)


def sample(lengths_s: Mapping[str, float]) -> dict[str, float]:
    """Ids and lengths of clips of at most 30 s together; which ones, their ids alone decide.

    >>> sum(sample({"a": 20.0, "b": 15.0, "c": 9.0}).values()) <= 30
    True
    """
    taken: dict[str, float] = {}
    for name in sorted(lengths_s, key=fingerprint):
        if sum(taken.values()) + lengths_s[name] <= SAMPLE_S:
            taken[name] = lengths_s[name]
    return taken


def apart(job: Job) -> Cost:
    """Do the job in a process of its own. Raises ``UserError`` (``eval.cost``)."""
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [sys.executable, "-m", "eval_suites.costs"], input=pickle.dumps(job), stdout=subprocess.PIPE, stderr=said,
            env=os.environ | {"PYTHONPATH": paths}, check=False,
        )  # fmt: skip
        if done.returncode:
            said.seek(0)
            raise UserError("eval.cost", model=job.model, status=done.returncode, problem=_last(said.read()))
    return Cost.from_json(json.loads(done.stdout.splitlines()[-1]))


def _last(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "-"


def do(job: Job) -> Cost:
    """Open the model, hear the first batch to warm up, then all of them by the clock."""
    kind = engines.get(job.engine)
    batches = [[Clip(file, "cost", read_audio(Path(file))) for file in batch] for batch in job.batches]
    kind.identify(job.spec)  # its files are read once for their hash; that is no part of opening the model
    before = _gpu_used() if job.setting.device == "cuda" else 0
    began = time.perf_counter()
    engine = kind.open(job.spec, job.setting)
    load_s = time.perf_counter() - began
    try:
        warm_s = _timed(engine, batches[0]) if getattr(engine, "warm_up", True) else 0.0
        times_s = [_timed(engine, batch) for batch in batches]
        if job.setting.device == "cuda":
            peak_bytes: int | None = _gpu_used() - before  # both engines keep what they once took
        else:
            peak_bytes = _peak(kind, engine)
    finally:
        engines.close(engine)
    if not kind.ours:
        load_s = max(0.0, warm_s - times_s[0])  # a program starts with its first batch
    return Cost(
        job.model,
        round(sum(len(clip.audio) for batch in batches for clip in batch) / RATE, 3),
        round(sum(times_s), 6),
        round(load_s, 6),
        peak_bytes,
        _disk(kind.disk(job.spec, job.setting)),
        job.setting.device,
        job.setting.threads,
    )


def _timed(engine: Engine, batch: Sequence[Clip]) -> float:
    began = time.perf_counter()
    engine.transcribe(batch)
    return time.perf_counter() - began


def _peak(kind: EngineKind, engine: Engine) -> int | None:
    """The most memory held. ``ru_maxrss`` would do, but a process takes over that of the one that started it."""
    if not kind.ours:
        found: int | None = getattr(engine, "peak_bytes", None)
        return found
    return held_bytes(os.getpid()) or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


def _gpu_used() -> int:
    import torch

    free, total = torch.cuda.mem_get_info()
    return int(total - free)


def _disk(folder: Path | None) -> int | None:
    if folder is None or not folder.is_dir():
        return None
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> int:
    """Do the job of stdin; an error of the user's is told on stderr."""
    logging.disable(logging.WARNING)  # where clips go was said before
    job = pickle.load(sys.stdin.buffer)
    try:
        cost = do(job)
    except UserError as problem:
        print(str(problem).replace("\n", " "), file=sys.stderr)
        return problem.exit_code
    print(json.dumps(cost.to_json(), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
