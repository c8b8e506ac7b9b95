"""How fast decoding is: fit windows against windows of 30 s, both with the loop guard, and faster-whisper's batches.

All hear the same clips (``dev`` of the Korean talks under ``KOWHISPER_SHARED``, spread evenly over its list) by
CTranslate2 int8 in the same batches, by length. Each side is a process of its own, so that its peak memory is its own;
they take turns batch by batch, in an order that rotates, so that whatever else the machine does falls on all alike.
faster-whisper hears a batch as one recording, cut by ``clip_timestamps`` at the clips.

For each model and side: seconds by the clock and of CPU, the ratio of 30 s windows to them, CER without spaces, texts
that loop, clips decoded again, peak memory; and the difference in CER to 30 s windows with its 95 % interval
(``eval_suites.statistics``), by clip and by speaker.

``python -m benchmarks.decode_speed [MODEL …] [--clips N] [--threads N]`` (``make bench-decode MODELS="…"``): models are
Hugging Face folders, hub ids or ``builtin/whisper-base`` (the default); ``--clips 0`` takes all.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import multiprocessing.connection
import resource
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from augment.audio import Audio
from benchmarks import machine, speech
from benchmarks.match import Match
from eval_suites import metrics
from eval_suites.pair import Pair
from eval_suites.statistics import Interval, bootstrap
from eval_suites.tally import Tally
from kowhisper_tel.whisper.loops import is_loop

CLIPS, BATCH_SIZE, WARM_UP = 80, 8, 2
FIT, FULL, PEER = "fit windows + guard", "30 s windows + guard", "faster-whisper, batched"
SIDES = (FIT, FULL, PEER)
GAP_S = 0.5
"""Silence between the clips of the recording that faster-whisper is given."""
Heard = list[tuple[str, int]]
"""The text of each clip of a batch, and how many decodings it took."""
Side = Callable[[Sequence[Audio]], Heard]


@dataclass
class Score:
    """What one side came to over all batches."""

    batches_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    peak_mib: float = 0.0
    heard: dict[int, tuple[str, int]] = field(default_factory=dict)

    @property
    def wall_s(self) -> float:
        """Seconds by the clock."""
        return sum(self.batches_s)


def ours(folder: Path, threads: int, fit_windows: bool) -> Side:
    """``decode`` with its defaults."""
    from kowhisper_tel.whisper.backends.ctranslate2 import Ct2Backend
    from kowhisper_tel.whisper.decoding import DecodingOptions, decode

    backend, options = Ct2Backend(folder, threads), DecodingOptions(fit_windows=fit_windows)
    return lambda clips: [(found.text, found.attempts) for found in decode(backend, clips, options)]


def peer(folder: Path, threads: int) -> Side:
    """faster-whisper's ``BatchedInferencePipeline``, greedy, without timestamps."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    pipeline = BatchedInferencePipeline(WhisperModel(str(folder), device="cpu", cpu_threads=threads))
    gap = np.zeros(round(GAP_S * speech.RATE), np.float32)

    def hear(clips: Sequence[Audio]) -> Heard:
        starts_s = [0.0, *itertools.accumulate(len(clip) / speech.RATE + GAP_S for clip in clips)][:-1]
        spans = [
            {"start": start_s, "end": start_s + len(clip) / speech.RATE}
            for start_s, clip in zip(starts_s, clips, strict=True)
        ]
        segments, _ = pipeline.transcribe(
            np.concatenate([part for clip in clips for part in (clip, gap)]),
            language="ko",
            beam_size=1,
            batch_size=BATCH_SIZE,
            clip_timestamps=spans,
            vad_filter=False,
        )
        texts = [""] * len(clips)
        for segment in segments:
            texts[bisect_right(starts_s, segment.start + 1e-3) - 1] += segment.text
        return [(text.strip(), 1) for text in texts]

    return hear


def opened(name: str, folder: Path, threads: int) -> Side:
    """A side, its model loaded."""
    return peer(folder, threads) if name == PEER else ours(folder, threads, name == FIT)


def serve(name: str, folder: Path, threads: int, pipe: multiprocessing.connection.Connection) -> None:
    """A side's process: clips in, texts and seconds out, until there are none; then the peak of its memory."""
    try:
        side = opened(name, folder, threads)
    except ImportError as problem:
        pipe.send(str(problem))
        return
    pipe.send("")
    while clips := pipe.recv():
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        heard = side(clips)
        pipe.send((heard, time.perf_counter() - wall_s, time.process_time() - cpu_s))
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(folder: Path, threads: int, clips: Sequence[Audio]) -> dict[str, Score]:
    """All sides that can run here, in turn over the same batches."""
    from kowhisper_tel.whisper.decoding import plan_batches

    context, pipes = multiprocessing.get_context("spawn"), dict[str, Any]()
    for name in SIDES:
        pipes[name], theirs = context.Pipe()
        context.Process(target=serve, args=(name, folder, threads, theirs), daemon=True).start()
        problem = pipes[name].recv()
        if problem:
            print(f"  {name}: not run: {problem} (pip install 'kowhisper-tel[bench]')", flush=True)
            del pipes[name]
    scores = {name: Score() for name in pipes}
    plan = plan_batches([len(clip) / speech.RATE for clip in clips], BATCH_SIZE)
    for pipe in pipes.values():
        pipe.send([clips[place] for place in plan[-1][:WARM_UP]])
        pipe.recv()
    for number, batch in enumerate(plan):
        order = list(pipes)
        for name in order[number % len(order) :] + order[: number % len(order)]:
            pipes[name].send([clips[place] for place in batch])
            heard, wall_s, cpu_s = pipes[name].recv()
            score = scores[name]
            score.batches_s.append(wall_s)
            score.cpu_s += cpu_s
            score.heard |= dict(zip(batch, heard, strict=True))
    for name, pipe in pipes.items():
        pipe.send([])
        scores[name].peak_mib = pipe.recv()
    return scores


def told(scores: dict[str, Score], texts: Sequence[str], speakers: Sequence[str]) -> None:
    """Print a line for each side."""
    tallies = {name: tallied(score, texts) for name, score in scores.items()}
    slow = scores[FULL]
    for name, score in scores.items():
        loops = sum(is_loop(text) for text, _ in score.heard.values())
        again = sum(attempts > 1 for _, attempts in score.heard.values())
        print(
            f"  {name:24} {score.wall_s:7.1f} s, {score.cpu_s:7.1f} s of CPU; ratio {slow.wall_s / score.wall_s:5.2f}, "
            f"of CPU {slow.cpu_s / score.cpu_s:5.2f}; CER {100 * sum(tallies[name], Tally.zero()).rate:5.2f} %; "
            f"{loops} loops, {again} again; peak {score.peak_mib:,.0f} MiB"
        )
        if name != FULL:
            by_clip = bootstrap(tallies[FULL], tallies[name], kind="clip")
            by_speaker = bootstrap(grouped(tallies[FULL], speakers), grouped(tallies[name], speakers))
            print(f"  {'':24} CER less that of 30 s windows: by clip {shown(by_clip)}, by speaker {shown(by_speaker)}")


def tallied(score: Score, texts: Sequence[str]) -> list[Tally]:
    """A tally for each clip, of CER without spaces."""
    cer = metrics.registry()["cer"]
    return [cer.measure(Pair(text, score.heard[place][0])) for place, text in enumerate(texts)]


def grouped(tallies: Sequence[Tally], speakers: Sequence[str]) -> list[Tally]:
    """A tally for each speaker."""
    known = sorted(set(speakers))
    return [sum((t for t, who in zip(tallies, speakers, strict=True) if who == one), Tally.zero()) for one in known]


def shown(interval: Interval) -> str:
    """A change in points and its interval."""
    low, high = 100 * interval.low, 100 * interval.high
    return f"{100 * interval.delta:+.2f} ({low:+.2f} to {high:+.2f}; {interval.blocks})"


def clips_of(folder: Path, count: int) -> tuple[list[str], list[str], list[Audio]]:
    """Texts, speakers and audio of ``count`` clips (0: all), spread evenly over ``dev``."""
    rows = list(map(json.loads, (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()))
    every = speech.talk_clips(folder)
    places = range(len(rows)) if not count else np.linspace(0, len(rows) - 1, min(count, len(rows))).round().astype(int)
    return [rows[p]["text"] for p in places], [every[p][0] for p in places], [every[p][1] for p in places]


def matches(model: str, scores: dict[str, Score], clips: int) -> list[Match]:
    """Fit windows beside the other two; the range is that of batches, each heard by all."""
    ours, found = scores[FIT], []
    for name in (FULL, PEER):
        if name in scores:
            peer = scores[name]
            ratios = [theirs / mine for mine, theirs in zip(ours.batches_s, peer.batches_s, strict=True)]
            speeds = clips / ours.wall_s, clips / peer.wall_s, peer.wall_s / ours.wall_s
            found.append(Match("decoding", Path(model).name, name, "clips/s", *speeds, min(ratios), max(ratios)))
    return found


def main(models: Sequence[str], count: int = CLIPS, threads: int = 0) -> list[Match]:
    """Print a table for each model; return how fit windows stand beside the others."""
    from kowhisper_tel.whisper.ct2 import convert
    from kowhisper_tel.whisper.resolve import resolve_model

    folder = speech.talks()
    if folder is None:
        raise SystemExit("KOWHISPER_SHARED names no folder with data/korean_talks: real speech is needed here")
    texts, speakers, clips = clips_of(folder, count)
    print(machine.described("ctranslate2", "numpy"))
    print(f"{len(clips)} clips of dev, {sum(map(len, clips)) / speech.RATE:.0f} s; int8, batches of {BATCH_SIZE}\n")
    found = []
    for model in models:
        print(model, flush=True)
        with tempfile.TemporaryDirectory() as made:
            scores = measured(convert(resolve_model(model), Path(made) / "int8"), threads, clips)
        told(scores, texts, speakers)
        found += matches(model, scores, len(clips))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("models", nargs="*", default=["builtin/whisper-base"])
    parser.add_argument("--clips", type=int, default=CLIPS)
    parser.add_argument("--threads", type=int, default=0)
    asked = parser.parse_args()
    main(asked.models, asked.clips, asked.threads)
