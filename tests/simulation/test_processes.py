"""Work spread over processes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.simulation.processes import AHEAD, THREADS, in_order, one_thread_each


def test_results_come_in_order_and_few_items_are_taken_ahead() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for taken in range(1, 101):
            yield -taken

    for done, result in enumerate(in_order(abs, items(), 2), 1):
        assert result == done
        assert taken - done < 2 * AHEAD


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
