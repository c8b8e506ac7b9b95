"""Decoder: the process in which libraries meet files. It may run out of memory or time, or crash; nothing else does.

It reads requests, one JSON object a line, and answers each with messages: a byte for the kind, a length as u32, and so
many bytes. ``S``: float32 samples; ``E``: the end, and ``X``: a refusal, both JSON. It ends with its input, or with the
process that started it.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.sound.limits import LIMITS

SAMPLES, END, REFUSED = b"S", b"E", b"X"
HEAD = struct.Struct("<cI")
ORPHAN_CHECK_S = 5.0

Send = Callable[[bytes, Any], None]


def main() -> None:
    """Answer requests until there are no more."""
    answers = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):  # libraries write what they like there, names of recordings too
        os.dup2(null, stream)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import numpy  # noqa: F401
    import soundfile  # noqa: F401

    _bound_memory()

    def send(kind: bytes, body: Any) -> None:
        view = memoryview(body).cast("B")
        os.writev(answers, [HEAD.pack(kind, len(view))])
        while view:
            view = view[os.write(answers, view) :]

    for line in _requests():
        _answer(json.loads(line), send)


def _requests() -> Iterator[bytes]:
    parent, held = os.getppid(), b""
    while True:
        if not select.select([0], [], [], ORPHAN_CHECK_S)[0]:
            if os.getppid() != parent:
                return
            continue
        data = os.read(0, 65_536)
        if not data:
            return
        *lines, held = (held + data).split(b"\n")
        yield from lines


def _answer(request: Mapping[str, Any], send: Send) -> None:
    from kowhisper_tel.core.sound import tasks

    path = Path(request["path"])
    try:
        _bound_time(path.stat().st_size)
        found = tasks.TASKS[request["task"]](path, request, lambda block: send(SAMPLES, block))
        send(END, json.dumps(found).encode())
    except UserError as problem:
        send(REFUSED, json.dumps({"code": problem.code, "facts": problem.facts}, default=str).encode())
    except BrokenPipeError:
        sys.exit(0)
    except Exception as problem:
        code, facts = tasks.refusal(problem, path)
        send(REFUSED, json.dumps({"code": code, "facts": facts}).encode())


def _bound_memory() -> None:
    """No more than the limit on top of what is mapped now; and no core file of somebody's recording."""
    mapped = (
        int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if sys.platform == "linux" else 0
    )
    if mapped:
        resource.setrlimit(resource.RLIMIT_AS, (mapped + LIMITS.memory_bytes,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bound_time(size: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + LIMITS.cpu_s(size), hard))


if __name__ == "__main__":
    main()
