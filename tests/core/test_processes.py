"""Work spread over processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from multiprocessing.connection import wait
from typing import Any

import pytest

from kowhisper_tel.core import processes
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.executors import AHEAD
from kowhisper_tel.core.processes import THREADS, in_order, one_thread_each


def test_results_come_in_order_and_few_items_are_taken_ahead() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for taken in range(1, 101):
            yield -taken

    for done, result in enumerate(in_order(abs, items(), 2), 1):
        assert result == done
        assert taken - done < 2 * AHEAD


def test_all_ends_where_the_last_items_are_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(lines: list[Any]) -> list[Any]:
        assert lines
        time.sleep(0.5)
        return wait(lines)

    monkeypatch.setattr(processes, "wait", late)
    assert list(in_order(abs, [-1, -2], 2)) == [1, 2]


def test_a_process_that_is_killed_is_an_error() -> None:
    with pytest.raises(UserError) as error:
        list(in_order(os._exit, [1], 2))
    assert error.value.code == "simulate.worker"
    assert error.value.exit_code == 7


def test_processes_compute_with_one_thread_and_the_environment_comes_back() -> None:
    before = dict(os.environ)
    with one_thread_each():
        assert list(in_order(os.getenv, THREADS, 2)) == ["1"] * len(THREADS)
    assert dict(os.environ) == before
