"""Client: this process's side of the decoders (``decoder``), which are started when needed, kept, and ended if need be.

Each process has its own, one for each thread that reads at once; what a fork inherits is let go.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.decoder import END, HEAD, SAMPLES
from kowhisper_tel.core.sound.limits import LIMITS

PIPE_BYTES = 2**20
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Answer = dict[str, Any]


def ask(task: str, path: Path, **request: Any) -> tuple[Answer, list[NDArray[np.float32]]]:
    """Have a file decoded: what was found, and the blocks of samples that came with it.

    Raises ``UserError``: the decoder's own, ``audio.slow`` where it hangs, ``audio.crashed`` where it dies of the file.
    """
    blocks: list[NDArray[np.float32]] = []
    with _borrowed() as decoder:
        answering = decoder.answers(task, path, request)
        while True:
            try:
                blocks.append(next(answering))
            except StopIteration as end:
                return end.value, blocks


def stream(task: str, path: Path, **request: Any) -> Generator[NDArray[np.float32], None, Answer]:
    """The same, block by block; a decoder whose caller goes away is ended."""
    with _borrowed() as decoder:
        return (yield from decoder.answers(task, path, request))


class Decoder:
    """One process, asked one thing at a time."""

    def __init__(self) -> None:
        places = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kowhisper_tel.core.sound.decoder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": places},
        )
        assert self._process.stdin
        assert self._process.stdout
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(self._answers, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.sound = True

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it can be asked."""
        return self.sound and self._process.poll() is None

    def answers(self, task: str, path: Path, request: Answer) -> Generator[NDArray[np.float32], None, Answer]:
        """Blocks of samples, then what was found. Anything but an answer to the end leaves it not ``sound``."""
        self.sound = False
        patience_s = LIMITS.cpu_s(path.stat().st_size) * LIMITS.stalled
        line = json.dumps({**request, "task": task, "path": str(path.absolute())}) + "\n"
        try:
            self._requests.write(line.encode())
        except BrokenPipeError:
            raise self._dead(path) from None
        while True:
            kind, size = HEAD.unpack(self._filled(HEAD.size, patience_s, path).tobytes())
            body = self._filled(size, patience_s, path)
            if kind == SAMPLES:
                yield body.view(np.float32)
                continue
            self.sound = True
            found: Answer = json.loads(body.tobytes())
            if kind == END:
                return found
            raise UserError(found["code"], **(found["facts"] | {"path": path}))

    def _filled(self, size: int, patience_s: float, path: Path) -> NDArray[np.uint8]:
        body = np.empty(size, np.uint8)
        left = memoryview(body.data)
        while left:
            if not self._poll.poll(patience_s * 1000):
                raise UserError("audio.slow", path=path, seconds=patience_s)
            count = os.readv(self._answers.fileno(), [left])
            if not count:
                raise self._dead(path)
            left = left[count:]
        return body

    def _dead(self, path: Path) -> UserError:
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return UserError("audio.slow", path=path, seconds=LIMITS.cpu_s(path.stat().st_size))
        problem = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return UserError("audio.crashed", path=path, problem=problem)

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self.let_go()

    def let_go(self) -> None:
        """Close this process's ends of the pipes."""
        self._requests.close()
        self._answers.close()


class _Pool:
    def __init__(self) -> None:
        self.lock, self.idle, self.all = threading.Lock(), list[Decoder](), set[Decoder]()

    def end(self) -> None:
        for decoder in self.all:
            decoder.end()


_pool = _Pool()


@contextmanager
def _borrowed() -> Iterator[Decoder]:
    pool = _pool
    with pool.lock:
        decoder = pool.idle.pop() if pool.idle else None
    if decoder is not None and not decoder.lives:
        _discard(pool, decoder)
        decoder = None
    if decoder is None:
        decoder = Decoder()
        with pool.lock:
            pool.all.add(decoder)
    try:
        yield decoder
    finally:
        if decoder.sound:
            with pool.lock:
                pool.idle.append(decoder)
        else:
            _discard(pool, decoder)


def _discard(pool: _Pool, decoder: Decoder) -> None:
    decoder.end()
    with pool.lock:
        pool.all.discard(decoder)


def _after_fork() -> None:
    global _pool
    for decoder in _pool.all:
        decoder.let_go()
    _pool = _Pool()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: _pool.end())
