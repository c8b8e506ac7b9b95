"""Ten thousand random clips through random codecs, modes and losses, and through every effect: nothing may break.

What must hold for each: no crash, no hang, no NaN or infinite sample out, the right length, the caller's array
unchanged, the same bytes the second time; a codec's output bounded, and a full-scale tone not wrapped around; NaN in is
refused by AudioError. Workers are processes, so that a crash inside a C library is caught and its case named.
``--case N`` tries one case again, in this process.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any

from benchmarks import fuzz_cases, machine

CODEC_CASES, EFFECT_CASES = 10_000, 3_000
LIMIT_S = 120.0
"""A case that takes longer hangs: the longest clip takes some seconds."""


@dataclass
class Worker:
    """A process that tries every ``step``-th case, and what its parent sees of it."""

    process: Any
    current: Any
    since: float
    seen: int = -1


def main() -> None:
    """Try the cases, print what failed and how to try it again; exit code 1 if something did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CODEC_CASES, help="with codecs")
    parser.add_argument("--effects", type=int, default=EFFECT_CASES, help="with other effects")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="try this one only; cases from --cases on are effects'")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    if given.case is not None:
        case = fuzz_cases.drawn(given.seed, given.case, given.case < given.cases)
        print(case.words(), flush=True)
        found = fuzz_cases.tried(case, given.seed)
        print(found or "as it must be")
        sys.exit(1 if found and not found.startswith("refused") else 0)
    print(machine.described("numpy", "scipy", "soxr", "av"))
    print(f"{given.cases} cases of codecs and {given.effects} of other effects, seed {given.seed}", flush=True)
    start = time.perf_counter()
    failures, refused = run(given.cases, given.cases + given.effects, given.seed, given.processes)
    print(f"{time.perf_counter() - start:.0f} s; {sum(refused.values())} cases were refused as contradictory:")
    for words, count in refused.most_common(12):
        print(f"  {count} x {words}")
    for number, words in sorted(failures.items()):
        print(f"{fuzz_cases.drawn(given.seed, number, number < given.cases).words()}\n  {words}")
        print(f"  again: python -m benchmarks.fuzz_augment --seed {given.seed} --cases {given.cases} --case {number}")
    print(f"{len(failures)} of {given.cases + given.effects} cases failed")
    sys.exit(1 if failures else 0)


def run(n_codecs: int, n_cases: int, seed: int, processes: int) -> tuple[dict[int, str], collections.Counter[str]]:
    """What failed by case number, and how often which contradiction was refused."""
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    failures: dict[int, str] = {}
    refused: collections.Counter[str] = collections.Counter()

    def started(first: int) -> Worker:
        current = context.Value("q", first)
        process = context.Process(
            target=work, args=(first, n_cases, processes, n_codecs, seed, current, results), daemon=True
        )
        process.start()
        return Worker(process, current, time.monotonic())

    workers = [started(first) for first in range(processes)]
    told = time.monotonic()
    while workers:
        time.sleep(0.2)
        while not results.empty():
            number, words = results.get()
            if words.startswith("refused: "):
                refused[words.removeprefix("refused: ")[:50] + "..."] += 1
            else:
                failures[number] = words
        for worker in list(workers):
            number = worker.current.value
            if number != worker.seen:
                worker.seen, worker.since = number, time.monotonic()
            hangs = worker.process.is_alive() and time.monotonic() - worker.since > LIMIT_S
            if hangs:
                worker.process.kill()
                worker.process.join()
            if worker.process.is_alive():
                continue
            workers.remove(worker)
            if worker.process.exitcode:
                failures[number] = f"took more than {LIMIT_S:g} s" if hangs else f"exit code {worker.process.exitcode}"
                if number + processes < n_cases:
                    workers.append(started(number + processes))
        if time.monotonic() - told > 20.0 and workers:
            told = time.monotonic()
            lowest = min(worker.current.value for worker in workers)
            print(f"  {lowest} of {n_cases}, {len(failures)} failed", file=sys.stderr, flush=True)
    return failures, refused


def work(first: int, n_cases: int, step: int, n_codecs: int, seed: int, current: Any, results: Any) -> None:
    """A worker's life: say which case is due, try it, tell what is wrong."""
    for number in range(first, n_cases, step):
        current.value = number
        try:
            found = fuzz_cases.tried(fuzz_cases.drawn(seed, number, number < n_codecs), seed)
        except Exception:
            found = traceback.format_exc(limit=-3).strip().replace("\n", "\n  ")
        if found:
            results.put((number, found))


if __name__ == "__main__":
    main()
