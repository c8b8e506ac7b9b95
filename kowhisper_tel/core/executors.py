"""Executors: one function over many items, somewhere else, the results in the items' order.

An executor changes where work is done, never what comes out: the work must be a pure function of its item, but for
files that it writes whole and always the same.
"""

from __future__ import annotations

import functools
import os
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from kowhisper_tel.core.errors import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")
Name = Literal["local", "ray"]

AHEAD = 4
"""Items a worker that are under way or done and waiting for their turn."""
DISTRIBUTIONS = (
    "kowhisper_tel", "numpy", "scipy", "soxr", "soundfile", "av", "audiomentations", "torch", "ctranslate2",
)  # fmt: skip
"""What decides bytes: of these, workers must have the versions that the caller has."""


class Executor(Protocol):
    """Where work is done."""

    def in_order(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """``work`` of each item, in order; few items and results are held at once. An error of ``work`` ends it all."""
        ...


def attempt(work: Callable[[Item], Result], item: Item) -> tuple[bool, Any]:
    """Whether it went well, and the result or the error, in a form that another process can be sent."""
    try:
        return True, work(item)
    except (UserError, OSError) as problem:
        return False, problem
    except Exception:
        return False, RuntimeError(traceback.format_exc())


@dataclass(frozen=True)
class Ray:
    """Tasks of Ray (https://docs.ray.io): of the cluster that ``RAY_ADDRESS`` names, else of one made for the moment.

    ``workers``: at most so many tasks at a time on a cluster made for the moment (``None``: one a core). Each task has
    one core (and ``gpus``), and libraries in it one thread. A task whose worker died is done again, up to
    ``retries`` times. Files must lie under the same paths on all machines. Nothing is reported to Ray's makers.
    """

    workers: int | None = None
    gpus: float = 0.0
    retries: int = 3

    def in_order(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """As ``Executor`` has it.

        Raises ``UserError``: ``ray.missing`` (not installed), ``ray.unreachable``, ``ray.worker`` (one died too often),
        ``ray.versions`` (a worker has other versions of ``DISTRIBUTIONS``).
        """
        ray = _installed()
        started = _connect(ray, self.workers)
        waiting: deque[Any] = deque()
        try:
            shared, here = ray.put(work), (versions(), str(Path.cwd()))
            options = {"max_retries": self.retries, "num_cpus": 1, "num_gpus": self.gpus}
            task = ray.remote(**options)(_on_worker)
            ahead = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
            for item in items:
                waiting.append(task.remote(shared, item, *here))
                if len(waiting) >= ahead:
                    yield _answer(ray, waiting.popleft())
            while waiting:
                yield _answer(ray, waiting.popleft())
        finally:
            for left in waiting:
                with suppress(Exception):  # the cluster may be what is gone
                    ray.cancel(left, force=False)
            if started:
                ray.shutdown()


def named(name: Name, workers: int | None = None, *, gpus: float = 0.0) -> Executor | None:
    """Of ``--executor``: nothing for ``local``, which each stage does in its own way.

    Raises ``UserError`` (``ray.missing``) before anything is begun.
    """
    if name == "local":
        return None
    _installed()
    return Ray(workers, gpus)


def versions() -> dict[str, str]:
    """The versions of ``DISTRIBUTIONS`` in this process."""
    return dict(_versions())


@functools.cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = []
    for name in DISTRIBUTIONS:
        with suppress(metadata.PackageNotFoundError):
            found.append((name, metadata.version(name)))
    return tuple(found)


def _on_worker(work: Callable[[Any], Any], item: Any, wanted: dict[str, str], folder: str) -> tuple[bool, Any]:
    found = versions()
    os.chdir(folder)  # paths may be relative to the caller's
    differ = [f"{name} {found.get(name, '-')} ({wanted[name]})" for name in wanted if found.get(name) != wanted[name]]
    if differ:
        return False, UserError("ray.versions", differ=", ".join(differ))
    return attempt(work, item)


def _installed() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else it tells its makers that it runs
    try:
        import ray
    except ImportError:
        raise UserError("ray.missing") from None
    return ray


def _connect(ray: Any, workers: int | None) -> bool:
    """Whether this call is what connected."""
    from kowhisper_tel.core.processes import THREADS

    if ray.is_initialized():
        return False
    # Work is sent by the names of its functions: workers must find the same modules.
    variables = dict.fromkeys(THREADS, "1")
    if os.environ.get("PYTHONPATH"):
        variables["PYTHONPATH"] = os.environ["PYTHONPATH"]
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error", "runtime_env": {"env_vars": variables}}
    try:
        if os.environ.get("RAY_ADDRESS"):
            ray.init(**quiet)
        else:
            ray.init(address="local", num_cpus=workers, include_dashboard=False, **quiet)
    except (ConnectionError, RuntimeError, ValueError, OSError) as problem:
        raise UserError("ray.unreachable", problem=str(problem).split("\n")[0]) from None
    return True


def _answer(ray: Any, answer: Any) -> Any:
    try:
        well, value = ray.get(answer)
    except (ray.exceptions.RayError, ConnectionError) as problem:
        raise UserError("ray.worker", problem=str(problem).strip().split("\n")[0]) from None
    if not well:
        raise value
    return value
