"""All benchmarks that have a peer, one after the other, and one table at the end.

Each runs in a process of its own, with as many threads as its comparison wants. What is measured without a peer
(memory, quality, fuzzing) has targets of its own. Real speech is of ``KOWHISPER_SHARED``; what needs it and does not
find it is said to be left out.

``python -m benchmarks [FILE]`` (``make bench``): the table and the machine's description go into FILE, too.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import THREADS, machine, speech
from benchmarks.match import Match, table

DISTRIBUTIONS = ("numpy", "torch", "transformers", "ctranslate2")


@dataclass(frozen=True)
class Benchmark:
    """A module's ``main``, and what it is given."""

    module: str
    arguments: tuple[Any, ...] = ()
    all_cores: bool = False


def benchmarks(talks: Path | None) -> list[Benchmark]:
    """Those that can run here."""
    found = [
        Benchmark("augment_speed"),
        Benchmark("prepare_speed", ([20_000],)),
        Benchmark("score_speed"),
        Benchmark("report_speed", ([1_000, 10_000],)),
    ]
    if talks is None:
        print("KOWHISPER_SHARED names no real speech: training and decoding are left out\n")
        return found
    return [
        *found,
        Benchmark("train_speed", (talks,), all_cores=True),
        Benchmark("decode_speed", (["builtin/whisper-base"],), all_cores=True),
    ]


def run(benchmark: Benchmark) -> list[Match]:
    """In a process of its own, because threads are counted when libraries are loaded."""
    threads = str(os.cpu_count()) if benchmark.all_cores else "1"
    os.environ.update(dict.fromkeys(THREADS, threads))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_matches, benchmark).result()


def _matches(benchmark: Benchmark) -> list[Match]:
    found: list[Match] = importlib.import_module(f"benchmarks.{benchmark.module}").main(*benchmark.arguments)
    return found


def main(file: Path | None) -> None:
    """Print the table last."""
    found: list[Match] = []
    for benchmark in benchmarks(speech.talks()):
        print(f"== {benchmark.module}", flush=True)
        found += run(benchmark)
        print(flush=True)
    lines = [machine.described(*DISTRIBUTIONS), "", *table(found)]
    print("\n".join(lines))
    if file:
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _file(arguments: Sequence[str]) -> Path | None:
    return Path(arguments[0]) if arguments else None


if __name__ == "__main__":
    main(_file(sys.argv[1:]))
