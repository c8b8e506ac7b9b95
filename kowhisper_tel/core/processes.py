"""Processes: one function over many items on several cores, the results in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.executors import AHEAD, Item, Result, attempt

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Processes:
    """The executor of this machine: so many processes."""

    jobs: int = 1

    def in_order(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """As the function of this name."""
        return in_order(work, items, self.jobs)


def in_order(work: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Generator[Result, None, None]:
    """``work`` of each item, in order, by ``jobs`` processes (1: by this one). Few items and results are held at once.

    The processes are spawned, so ``work`` must pickle. An error of ``work`` ends it all; so does Ctrl-C, once the items
    under way are finished. Raises ``UserError`` ``simulate.worker`` where a process was killed.
    """
    if jobs == 1:
        yield from map(work, items)
        return
    with _workers(work, jobs) as idle:
        todo, busy, done = enumerate(items), dict[Any, int](), dict[int, Result]()
        turn, more = 0, True
        while more or busy:
            while more and idle and len(done) + len(busy) < AHEAD * jobs:
                index, item = next(todo, (None, None))
                more = index is not None
                if index is not None:
                    _tell(idle[-1], item, jobs)
                    busy[idle.pop()] = index
            for worker in wait(list(busy)) if busy else ():  # nothing to wait for would last for ever
                done[busy.pop(worker)] = _answer(worker, jobs)
                idle.append(worker)
            while turn in done:
                yield done.pop(turn)
                turn += 1


@contextmanager
def _workers(work: Callable[[Any], Any], jobs: int) -> Iterator[list[Any]]:
    """A line to each of some processes. A process ends when its line is cut, be it that this one was killed."""
    context = multiprocessing.get_context("spawn")
    resource_tracker.ensure_running()  # which hears Ctrl-C again once it has started
    lines, processes = list[Connection](), []
    try:
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            lines.append(ours)
            with theirs, _deaf_to_interrupts():
                process = context.Process(target=_serve, args=(work, theirs), daemon=True)
                process.start()
            processes.append(process)
        yield list(lines)
    finally:
        for line in lines:
            line.close()
        for process in processes:
            process.join()


def _serve(work: Callable[[Any], Any], line: Connection) -> None:
    """Answer each item with whether it went well, and the result or the error."""
    while True:
        try:
            item = line.recv()
        except (EOFError, OSError):
            return
        try:
            line.send(attempt(work, item))
        except OSError:  # nobody waits for it any more
            return


def _tell(worker: Any, item: object, jobs: int) -> None:
    try:
        worker.send(item)
    except OSError:
        raise UserError("simulate.worker", jobs=jobs) from None


def _answer(worker: Any, jobs: int) -> Any:
    try:
        well, value = worker.recv()
    except (EOFError, OSError):
        raise UserError("simulate.worker", jobs=jobs) from None
    if not well:
        raise value
    return value


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Numerical libraries loaded meanwhile, here or in new processes, use one thread: as many sums, in one order."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A process started meanwhile never hears Ctrl-C, not even while it starts; this one hears it afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
