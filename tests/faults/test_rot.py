"""Files that rot: what is damaged is found, told and made again, and nothing is lost, doubled or misscored."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval_suites import results
from eval_suites.render_cache import RenderCache
from eval_suites.runner import FILES, evaluate
from kowhisper_tel.commands.simulate import simulate
from kowhisper_tel.core.audio import RATE, read_audio, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.executors import Executor, Item, Result
from kowhisper_tel.core.files import COMPLETE, check_complete, mark_complete
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import checkpoints
from tests.eval_suites import fake
from tests.faults.breaking import rot

FEW = {"evaluation": 8, "checkpoint": 40, "cache": 30, "audio": 30, "stage": 40, "simulation": 3}
MANY = {"evaluation": 200, "checkpoint": 200, "cache": 150, "audio": 150, "stage": 200, "simulation": 40}


def times(what: str) -> pytest.MarkDecorator:
    """A few in every test run, many in ``make test-faults``."""
    return pytest.mark.parametrize("count", [FEW[what], pytest.param(MANY[what], marks=pytest.mark.slow)])


def copy(folder: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to)
    return to


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    found: Manifest = fake.write_manifest(tmp_path_factory.mktemp("data"))
    return found


class Elsewhere:
    """An executor whose workers are this process."""

    def in_order(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        yield from map(work, items)


def run(
    manifest: Manifest,
    out: Path,
    said: list[str],
    heard: list[Any] | None = None,
    executor: Executor | None = None,
) -> None:
    evaluate(
        fake.specs("plain", "loopy"), manifest, fake.some_suites(), out,
        engine=fake.fake_engine(heard), batch_size=4, seed=5, executor=executor, tell=said.append,
    )  # fmt: skip


@times("evaluation")
def test_an_evaluation_is_mended_or_refused(count: int, manifest: Manifest, tmp_path: Path) -> None:
    """Whatever file rots: no rate is ever another, and going on ends in the same bytes or in a clear error."""
    whole, draw, mended = tmp_path / "whole", random.Random(count), 0
    heard: list[Any] = []
    told, refused = list[int](), list[str]()
    run(manifest, whole, [], heard)
    wanted = results.table(results.load(whole)).to_csv()
    for number in range(count):
        out = copy(whole, tmp_path / "out")
        name = ("hypotheses.jsonl", *FILES, COMPLETE)[number % (len(FILES) + 2)]
        before = (out / name).read_bytes()
        rot(out / name, draw)
        if (out / name).read_bytes() == before:
            continue
        try:
            assert results.table(results.load(out)).to_csv() == wanted, name
        except UserError as problem:
            told.append(problem.exit_code)
        said: list[str] = []
        again: list[Any] = []
        try:
            run(manifest, out, said, again)
        except UserError:
            refused.append(name)
            continue
        mended += 1
        assert len(again) < len(heard) or not (out / name).read_bytes().count(b"\n"), "what was whole is kept"
        assert results.table(results.load(out)).to_csv() == wanted
        for file in FILES:
            if file != "timings.jsonl":
                assert (out / file).read_bytes() == (whole / file).read_bytes(), (name, file)
        assert not (out / "salvaged.jsonl").exists()
    assert mended >= count // 2
    assert set(refused) <= {"plan.json"}
    assert set(told) == {5}


@pytest.mark.parametrize("executor", [None, Elsewhere()])
def test_what_stands_behind_a_damaged_line_is_not_decoded_again(
    executor: Executor | None, manifest: Manifest, tmp_path: Path
) -> None:
    run(manifest, tmp_path, [], executor=executor)
    path = tmp_path / "hypotheses.jsonl"
    whole = path.read_bytes()
    place = whole.index(b'"text"') + 12
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(UserError) as caught:
        results.load(tmp_path)
    assert caught.value.code == "evidence.broken"
    said: list[str] = []
    heard: list[Any] = []
    run(manifest, tmp_path, said, heard, executor)
    assert len(heard) == 4
    assert len(said) == 1
    assert "1 " in said[0]
    assert path.read_bytes() == whole


@pytest.mark.parametrize("executor", [None, Elsewhere()])
def test_a_variant_works_on_what_was_salvaged_of_its_source(
    executor: Executor | None, manifest: Manifest, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"batch_size": 4, "seed": 5, "executor": executor}
    evaluate(fake.with_variants(), manifest, fake.some_suites(), tmp_path, engine=fake.fake_engine(), **settings)
    path = tmp_path / "hypotheses.jsonl"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    variant = next(name for name, spec in fake.with_variants().items() if spec.post)
    for bad in (0, max(n for n, line in enumerate(lines) if json.loads(line)["model"] == variant)):
        lines[bad] = lines[bad].replace(b'"text"', b'"test"')
    path.write_bytes(b"".join(lines))
    heard: list[Any] = []
    evaluate(fake.with_variants(), manifest, fake.some_suites(), tmp_path, engine=fake.fake_engine(heard), **settings)
    assert len(heard) == 4
    assert path.read_bytes() == whole


def test_results_without_seals_are_read_as_before(manifest: Manifest, tmp_path: Path) -> None:
    import re

    run(manifest, tmp_path, [])
    wanted = results.table(results.load(tmp_path)).to_csv()
    for name in ("hypotheses.jsonl", "timings.jsonl"):
        path = tmp_path / name
        path.write_text(re.sub(r', "seal": "[0-9a-f]{16}"\}', "}", path.read_text("utf-8")), "utf-8")
    (tmp_path / COMPLETE).unlink()
    assert results.table(results.load(tmp_path)).to_csv() == wanted
    heard: list[Any] = []
    run(manifest, tmp_path, [], heard)
    assert not heard
    assert results.table(results.load(tmp_path)).to_csv() == wanted


@times("checkpoint")
def test_no_checkpoint_is_resumed_from_that_is_not_whole(count: int, tmp_path: Path) -> None:
    draw, noise = random.Random(count), np.random.default_rng(0)
    for number in range(count):
        folder = tmp_path / "checkpoints"
        shutil.rmtree(folder, ignore_errors=True)
        for step in (2, 4):
            made = folder / f"checkpoint-{step}"
            made.mkdir(parents=True)
            for name in ("model.safetensors", "optimizer.pt", "rng_state.pth", "trainer_state.json"):
                (made / name).write_bytes(noise.bytes(300))
            checkpoints.seal(made, "mine")
        newest = folder / "checkpoint-4"
        files = sorted(newest.iterdir())
        file = files[number % len(files)]
        before = file.read_bytes()
        if number % 7 == 6:
            file.unlink()
        else:
            rot(file, draw)
        if file.exists() and file.read_bytes() == before:
            continue
        chosen, passed = checkpoints.choose(folder, "mine")
        assert chosen == folder / "checkpoint-2"
        assert [one.checkpoint for one in passed] == ["checkpoint-4"]
        assert not newest.exists()


@times("cache")
def test_no_rendering_is_heard_that_is_not_the_one_kept(count: int, tmp_path: Path) -> None:
    draw, cache = random.Random(count), RenderCache(tmp_path)
    audio = np.round(np.random.default_rng(0).normal(0, 3000, 4000)).astype(np.float32) / 32768
    for _ in range(count):
        cache.put("k" * 16, audio)
        rot(cache.path("k" * 16), draw)
        found = cache.get("k" * 16)
        assert found is None or np.array_equal(found, audio)
    assert cache.found < count // 20
    assert cache.broken + cache.found == count


@times("audio")
def test_no_prepared_recording_is_heard_that_is_not_the_one_written(count: int, tmp_path: Path) -> None:
    draw, path, codes = random.Random(count), tmp_path / "a.flac", Counter[str]()
    audio = np.cumsum(np.random.default_rng(0).normal(0, 0.002, RATE // 2)).astype(np.float32)
    write_audio(path, audio)
    wanted = read_audio(path)
    for _ in range(count):
        write_audio(path, audio)
        rot(path, draw)
        try:
            assert np.array_equal(read_audio(path), wanted)
        except UserError as problem:
            codes[problem.code] += 1
    assert all(code.startswith("audio.") for code in codes)
    assert codes.total() > 0.9 * count


@times("stage")
def test_no_stage_is_taken_as_done_that_is_not_as_it_was_left(count: int, tmp_path: Path) -> None:
    draw, found = random.Random(count), 0
    for number in range(count):
        folder = tmp_path / "stage"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "model").mkdir(parents=True)
        for name in ("train.jsonl", "model/config.json", "model/model.safetensors"):
            (folder / name).write_bytes(draw.randbytes(200))
        mark_complete(folder, {"seed": 1})
        file = sorted(path for path in folder.rglob("*") if path.is_file())[number % 4]
        before = file.read_bytes()
        rot(file, draw)
        if file.read_bytes() == before:
            continue
        with pytest.raises(UserError) as caught:
            check_complete(folder)
        assert caught.value.code == "complete.damaged"
        assert file.relative_to(folder).as_posix() in caught.value.facts["files"]
        found += 1
    assert found >= 0.9 * count


@times("simulation")
def test_a_simulation_is_mended(count: int, tmp_path: Path) -> None:
    source, whole, draw = tmp_path / "in", tmp_path / "whole", random.Random(count)
    for number in range(6):
        noise = np.random.default_rng(number).normal(0, 0.1, 1600).astype(np.float32)
        write_audio(source / f"{number}.wav", noise)
    simulate(source, whole, seed=7)
    wanted = {path.name: path.read_bytes() for path in whole.iterdir()}
    for _ in range(count):
        out = copy(whole, tmp_path / "out")
        rot(out / "drawn.jsonl", draw)
        assert simulate(source, out, seed=7, resume=True).written == 6
        assert {path.name: path.read_bytes() for path in out.iterdir()} == wanted
