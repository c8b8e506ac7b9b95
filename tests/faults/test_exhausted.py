"""Machines at their end, at any file of any stage: a clear end, nothing lost, and going on gives the same bytes."""

from __future__ import annotations

import errno
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from kowhisper_tel.commands.simulate import simulate
from kowhisper_tel.core import exhausted
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec
from tests.faults.breaking import CODES, KINDS, counting, failing
from tests.faults.test_rot import fake, run

FEW, MANY = 7, 70
FULL_PYTORCH = "[enforce fail at inline_container.cc:668] . unexpected pos 64 vs 0"


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "disk"),
        (RuntimeError(FULL_PYTORCH), "disk"),
        (OSError(errno.EMFILE, "Too many open files"), "files"),
        (OSError(errno.EIO, "Input/output error"), "device"),
        (OSError(errno.EROFS, "Read-only file system"), "device"),
        (MemoryError(), "memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory"),
        (torch.OutOfMemoryError("CUDA out of memory."), "memory"),
        (RuntimeError("std::bad_alloc"), "memory"),
        (BrokenProcessPool("A process in the process pool was terminated abruptly"), "worker"),
        (RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed."), "worker"),
        (FileNotFoundError(errno.ENOENT, "No such file"), None),
        (ValueError("out of memory"), None),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), None),
    ],
)
def test_what_is_lacking_is_told_in_both_languages(problem: Exception, code: str | None) -> None:
    try:
        raise RuntimeError("while at work") from problem
    except RuntimeError as error:
        told = exhausted.told(error)
    if code is None:
        assert told is None
        return
    assert told is not None
    assert (told.code, told.exit_code) == (f"exhausted.{code}", 7)
    assert "again" in told.text("en")
    assert "다시 실행하세요" in told.text("ko")


def test_the_program_ends_with_the_message_and_no_traceback() -> None:
    code = (
        "import kowhisper_tel.commands as c, kowhisper_tel.run as r\n"
        "def full(): raise OSError(28, 'No space left on device', 'x.jsonl')\n"
        "c.program = full\nr.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 7
    assert "no room left on the disk" in done.stderr
    assert "Traceback" not in done.stderr


def ending(work: Callable[[], object]) -> str | None:
    """The code that the program would end with: ``None`` where all went well. Any other error is a bug."""
    try:
        work()
    except UserError as problem:
        return problem.code
    except Exception as problem:
        if told := exhausted.told(problem):
            return told.code
        raise
    return None


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    found: Manifest = fake.write_manifest(tmp_path_factory.mktemp("clips"), 12)
    found.write(found.root / "all.jsonl")
    return found


def evaluating(clips: Manifest, out: Path) -> None:
    run(clips, out, [])


def preparing(clips: Manifest, out: Path) -> None:
    spec = CorpusSpec("manifest", str(clips.root / "all.jsonl"))
    prepare([spec], out, split=SplitSpec.parse("8:2"), seed=7, workers=1)


def simulating(clips: Manifest, out: Path) -> None:
    begun = (out / "inputs.json").is_file()
    simulate(clips.root / "all.jsonl", out, seed=7, resume=begun, overwrite=out.exists() and not begun)


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
@pytest.mark.parametrize("stage", [evaluating, preparing, simulating])
def test_a_stage_ends_clearly_and_goes_on(
    stage: Callable[[Manifest, Path], None], count: int, clips: Manifest, tmp_path: Path
) -> None:
    out, draw, ends = tmp_path / "out", random.Random(count), Counter[Any]()
    with counting(tmp_path) as events:
        stage(clips, out)
    wanted, most = content(out), events.seen
    largest = max(map(len, wanted.values()))
    assert most > 5
    for number in range(count):
        shutil.rmtree(out)
        kind = KINDS[number % len(KINDS)]
        place = draw.randint(1, largest if kind == "file size" else most)
        with failing(tmp_path, kind, place):
            end = ending(lambda: stage(clips, out))
        ends[end] += 1
        for name in ("hypotheses.jsonl", "drawn.jsonl"):  # what was finished by then is there as it was
            kept = (out / name).read_bytes().rpartition(b"\n")[0] if (out / name).is_file() else b""
            assert wanted.get(name, b"").startswith(kept)
        assert end in (None, "simulate.files", f"exhausted.{CODES[kind]}"), (kind, place)
        stage(clips, out)
        found = content(out)
        assert {name for name in found if found[name] != wanted.get(name)} <= {"timings.jsonl", "complete.json"}
        assert found.keys() == wanted.keys()
    assert ends.total() - ends[None] > count // 2


def test_a_whole_file_is_kept_where_its_next_version_finds_no_room(tmp_path: Path) -> None:
    audio = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    write_audio(tmp_path / "a.flac", audio)
    wanted = content(tmp_path)
    with failing(tmp_path, "file size", 500):
        assert ending(lambda: write_audio(tmp_path / "a.flac", -audio)) is not None
    assert content(tmp_path) == wanted
