import json
import os
import signal
from pathlib import Path

import pytest

from kowhisper_tel.core.files import (
    atomic,
    fingerprint,
    is_complete,
    mark_complete,
    read_json_lines,
    remove_unfinished,
    write_json,
)


def test_an_interrupted_write_leaves_the_earlier_file(tmp_path: Path) -> None:
    target = tmp_path / "value.json"
    write_json(target, {"a": 1})

    def fail_halfway() -> None:
        with atomic(target) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert json.loads(target.read_text()) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["value.json"]


def test_an_unfinished_last_line_is_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"n": 1}\n{"n": 2}\n{"n": ')
    assert read_json_lines(log) == [{"n": 1}, {"n": 2}]


def test_completeness_holds_for_the_same_inputs_only(tmp_path: Path) -> None:
    assert not is_complete(tmp_path, {"seed": 1})
    mark_complete(tmp_path, {"seed": 1})
    assert is_complete(tmp_path, {"seed": 1})
    assert not is_complete(tmp_path, {"seed": 2})


def test_fingerprint_ignores_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1}) != fingerprint({"a": 1, "b": 3})


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = ("a.json", ".hidden", ".new", ".model.unfinished", "b.new")
    for name in kept:
        (tmp_path / name).touch()
    if not (pid := os.fork()):
        with atomic(tmp_path / "c.json"):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert len(list(tmp_path.iterdir())) == len(kept) + 1
    remove_unfinished(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
