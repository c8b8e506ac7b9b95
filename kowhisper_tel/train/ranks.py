"""Ranks: the processes of one training, begun by torchrun or accelerate launch, which share each batch's windows.

All of them plan the same batches from the same seed, and each makes and hears its own part of every one, so that a step
is the sum that one process would compute. What is read once, decided or written is the first rank's. Every function
here but ``count``, ``rank``, ``is_first``, ``refuse`` and ``share`` must be called by all ranks, in the same order;
with one rank they do nothing.
"""

from __future__ import annotations

import datetime
import os
import traceback
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from kowhisper_tel.core.errors import UserError

Result = TypeVar("Result")
Window = TypeVar("Window")

SHARDING = ("FSDP", "DEEPSPEED", "MEGATRON_LM")
"""Of accelerate's configs: what divides a model among processes."""
PATIENCE_S = 24 * 3600
"""So long the others wait for what the first rank does alone: measuring dev takes a while."""


def count() -> int:
    """How many ranks there are (``WORLD_SIZE`` of the launcher; a scheduler alone, without one, makes no ranks)."""
    return int(os.environ.get("WORLD_SIZE", "1")) if "LOCAL_RANK" in os.environ else 1


def rank() -> int:
    """Which of them this process is, from 0."""
    return int(os.environ.get("RANK", "0")) if count() > 1 else 0


def is_first() -> bool:
    """Whether this is the rank that writes."""
    return rank() == 0


def refuse() -> None:
    """Raise ``UserError`` (``run.ranks``) where there are several: for what they cannot share."""
    if count() > 1:
        raise UserError("run.ranks", count=count())


def join() -> None:
    """Meet the others: NCCL on GPUs, gloo on processors. Nothing where they have met.

    Raises ``UserError`` (``train.sharded``) where accelerate was told to divide the model itself: checkpoints and the
    measuring on dev want it whole.
    """
    for plugin in SHARDING:
        if os.environ.get(f"ACCELERATE_USE_{plugin}", "false").lower() in ("true", "1"):
            raise UserError("train.sharded", plugin=plugin)
    if count() > 1:
        import torch
        from accelerate import PartialState

        PartialState(cpu=not torch.cuda.is_available(), timeout=datetime.timedelta(seconds=PATIENCE_S))


def leave() -> None:
    """End what ``join`` began, once all is done."""
    if count() > 1:
        from accelerate import PartialState

        PartialState().destroy_process_group()


def first(work: Callable[[], Result]) -> Result:
    """The first rank does it; all get what comes out (which must pickle), or raise its error."""
    if count() == 1:
        return work()
    import torch.distributed as dist

    told: list[Any] = [None]
    if is_first():
        try:
            told = [(True, work())]
        except UserError as problem:
            told = [(False, problem)]
        except Exception:
            told = [(False, RuntimeError(traceback.format_exc()))]
    dist.broadcast_object_list(told, src=0)
    well, value = told[0]
    if not well:
        raise value
    result: Result = value
    return result


def wait() -> None:
    """Until all ranks are here."""
    first(lambda: None)


def summed(values: Sequence[float]) -> list[float]:
    """Each of them summed over the ranks."""
    return _reduced(values, "SUM")


def longest(length: int) -> int:
    """The greatest of the ranks' lengths."""
    return int(_reduced([length], "MAX")[0])


def share(windows: Sequence[Window]) -> tuple[list[tuple[int, Window]], bool]:
    """The windows of a batch that are this rank's, with their places in it, and whether they count.

    Where there are more ranks than windows, a rank without one hears the first, and nothing is asked of it.
    """
    own = list(enumerate(windows))[rank() :: count()]
    return (own, True) if own else ([(0, windows[0])], False)


def _reduced(values: Sequence[float], how: str) -> list[float]:
    if count() == 1:
        return list(values)
    import torch
    import torch.distributed as dist

    device = torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else torch.device("cpu")
    tensor = torch.tensor(list(values), dtype=torch.float64, device=device)
    dist.all_reduce(tensor, op=getattr(dist.ReduceOp, how))
    reduced: list[float] = tensor.tolist()
    return reduced
