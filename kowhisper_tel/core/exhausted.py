"""Exhausted: a machine that ran out of something (room, memory, files, a worker), told as a clear end.

Whatever library met it, and in whatever words, the user gets one message of what was lacking and what to do. Heavy
libraries are known by their classes' names: nothing is imported for them here.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

from kowhisper_tel.core.errors import UserError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ROOM = (
    *(f"os error {number}" for number in FULL),  # safetensors, which is Rust
    *("PytorchStreamWriter failed", "unexpected pos", "iostream error"),  # torch.save
)
_NO_MEMORY = (
    "out of memory",  # CUDA, ROCm, MPS
    "can't allocate memory",  # PyTorch's CPU allocator
    "not enough memory",  # the same, on Windows
    *("CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED"),
    *("std::bad_alloc", "malloc of size"),  # CTranslate2; Arrow
)
_NO_WORKER = ("DataLoader worker", "process pool was terminated abruptly")
_BY_NUMBER = {
    **dict.fromkeys(FULL, "exhausted.disk"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "exhausted.files"),
    **dict.fromkeys((errno.EIO, errno.EROFS, errno.ESTALE), "exhausted.device"),
    errno.ENOMEM: "exhausted.memory",
}


def told(problem: BaseException) -> UserError | None:
    """The ``UserError`` (``exhausted.*``, exit code 7) for an error of a machine at its end; ``None`` for any other.

    What caused an error counts as the error itself.
    """
    for one in _chain(problem):
        if code := _code(one):
            return UserError(code, problem=first_line(one))
    return None


def is_out_of_room(problem: BaseException) -> bool:
    """Whether a write found no room."""
    return any(_code(one) == "exhausted.disk" for one in _chain(problem))


def is_out_of_memory(problem: BaseException) -> bool:
    """Whether an error, its causes apart, says that the GPU's or the machine's memory is full."""
    return _code(problem) == "exhausted.memory"


def first_line(problem: BaseException) -> str:
    """What an error says, cut to a line."""
    return next(iter(str(problem).splitlines()), type(problem).__name__)[:200]


def _code(problem: BaseException) -> str | None:
    text, kind = str(problem), type(problem).__name__
    if isinstance(problem, OSError) and problem.errno in _BY_NUMBER:
        return _BY_NUMBER[problem.errno]
    if isinstance(problem, MemoryError) or kind in ("OutOfMemoryError", "ArrowMemoryError"):
        return "exhausted.memory"
    if kind == "BrokenProcessPool":
        return "exhausted.worker"
    if not isinstance(problem, RuntimeError | OSError) and kind != "SafetensorError":
        return None
    for code, words in (
        ("exhausted.disk", _NO_ROOM),
        ("exhausted.memory", _NO_MEMORY),
        ("exhausted.worker", _NO_WORKER),
    ):
        if any(word in text for word in words):
            return code
    return None


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        yield problem
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
