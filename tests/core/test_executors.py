"""Executors: the same bytes wherever work is done, and whatever dies meanwhile."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.core import executors
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.executors import Ray, attempt, named

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed: pip install 'kowhisper_tel[ray]'"
)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers for all tests of this file: it takes seconds to begin."""
    ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'kowhisper_tel[ray]'")
    executors._installed()
    assert executors._connect(ray, 2)
    yield ray
    ray.shutdown()


def test_local_is_left_to_each_stage_and_ray_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert named("local") is None
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError) as caught:
        named("ray")
    assert caught.value.code == "ray.missing"
    assert caught.value.exit_code == 7


def test_ray_reports_to_nobody_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_USAGE_STATS_ENABLED", raising=False)
    monkeypatch.setitem(sys.modules, "ray", object())
    executors._installed()
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"


def test_an_error_of_the_users_stays_one_and_any_other_keeps_its_traceback() -> None:
    def refused(_: int) -> None:
        raise UserError("audio.missing", path="a.wav")

    well, problem = attempt(refused, 1)
    assert (well, problem.code) == (False, "audio.missing")
    well, problem = attempt(lambda _: [][1], 1)
    assert not well
    assert "IndexError" in str(problem)


def test_a_worker_of_other_versions_is_refused() -> None:
    well, problem = executors._on_worker(abs, 1, executors.versions() | {"numpy": "0.1"}, str(Path.cwd()))
    assert not well
    assert problem.code == "ray.versions"
    assert "(0.1)" in str(problem)


@needs_ray
def test_results_come_in_order_and_few_items_are_taken_ahead(cluster: Any) -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for taken in range(1, 61):
            yield -taken

    for done, result in enumerate(Ray().in_order(abs, items()), 1):
        assert result == done
        assert taken - done < 2 * executors.AHEAD


@needs_ray
def test_an_error_comes_back_as_it_was(cluster: Any, tmp_path: Path) -> None:
    from kowhisper_tel.core.manifest import Manifest

    with pytest.raises(UserError) as caught:
        list(Ray().in_order(Manifest.read, [tmp_path / "none.jsonl"]))
    assert caught.value.code == "manifest.missing"


@needs_ray
def test_work_that_kills_each_worker_is_told(cluster: Any) -> None:
    with pytest.raises(UserError) as caught:
        list(Ray(retries=0).in_order(os._exit, [1]))
    assert caught.value.code == "ray.worker"


def killed_once(folder: Path, killed: list[int]) -> threading.Thread:
    """Kills a worker of Ray as soon as something is written into a folder."""

    def kill() -> None:
        for _ in range(3000):
            time.sleep(0.02)
            if not any(folder.rglob("*.flac")):
                continue
            listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
            for line in listed.splitlines():
                pid, _, name = line.strip().partition(" ")
                if name.startswith("ray::") and "_on_worker" in name:
                    os.kill(int(pid), signal.SIGKILL)
                    killed.append(int(pid))
                    return

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


@needs_ray
def test_simulate_on_ray_writes_the_bytes_of_here_though_a_worker_is_killed(cluster: Any, tmp_path: Path) -> None:
    from kowhisper_tel.commands.simulate import simulate
    from kowhisper_tel.core.audio import write_audio
    from tests.simulation.conftest import content, voice

    for number in range(24):
        write_audio(tmp_path / "in" / f"{number:02d}.wav", voice(number, 3.0))
    (tmp_path / "in" / "00.wav").write_bytes(b"no sound")
    here = simulate(tmp_path / "in", tmp_path / "here", seed=7)
    killed: list[int] = []
    killer = killed_once(tmp_path / "there", killed)
    there = simulate(tmp_path / "in", tmp_path / "there", seed=7, executor=Ray())
    killer.join()
    assert killed
    assert there == here
    assert (there.written, there.rejected) == (23, 1)
    assert content(tmp_path / "there") == content(tmp_path / "here")


@needs_ray
def test_evaluate_on_ray_writes_the_hypotheses_of_here_though_a_worker_is_killed(cluster: Any, tmp_path: Path) -> None:
    from eval_suites.render_cache import RenderCache
    from eval_suites.runner import FILES, evaluate
    from tests.eval_suites.fake import fake_engine, some_suites, with_variants, write_manifest

    manifest = write_manifest(tmp_path / "data")
    settings: dict[str, Any] = {"batch_size": 4, "seed": 5}
    evaluate(with_variants(), manifest, some_suites(), tmp_path / "here", engine=fake_engine(), **settings)
    killed: list[int] = []
    killer = killed_once(tmp_path / "kept", killed)
    settings |= {"engine": fake_engine(pause_s=0.2), "renderings": RenderCache(tmp_path / "kept"), "executor": Ray()}
    evaluate(with_variants(), manifest, some_suites(), tmp_path / "there", **settings)
    killer.join()
    assert killed
    for name in set(FILES) - {"timings.jsonl"}:
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes(), name
    assert settings["renderings"].found + settings["renderings"].made == 3 * len(manifest)
