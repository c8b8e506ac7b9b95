"""Costs: measured alone, on the same clips, once."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval_suites import costs, engines
from eval_suites.cost import Cost
from eval_suites.engines import Setting
from eval_suites.engines._program import held_bytes
from eval_suites.models import ModelSpec, Post
from eval_suites.seats import Seat, take_seats
from kowhisper_tel.core.audio import RATE, read_audio, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.whisper.decoding import DecodingOptions

RECOGNISER = [sys.executable, str(Path(__file__).with_name("recogniser.py"))]


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    generator = np.random.default_rng(1)
    for n in range(8):
        write_audio(tmp_path / f"u{n}.wav", generator.normal(0, 0.01, RATE * (4 + n)).astype(np.float32))
    return Manifest(tmp_path, tuple(Utterance(f"u{n}", f"u{n}.wav", "네") for n in range(8)))


def seats(tmp_path: Path, **models: ModelSpec) -> dict[str, Seat]:
    common = Setting("int8", DecodingOptions(), "cpu", 1, tmp_path / "cache")
    return take_seats(models, engines.get("ctranslate2"), common)


def program(mode: str = "fine") -> ModelSpec:
    return ModelSpec(None, "other", "command", settings={"command": [*RECOGNISER, mode]})


def test_all_are_measured_on_the_same_clips_and_once(manifest: Manifest, tmp_path: Path) -> None:
    said = tmp_path / "said.csv"
    said.write_text("id,text\nu1,가\n")
    models = {
        "a": program(),
        "b": program(),
        "a+words": ModelSpec(None, "other", post=Post("a", "hotwords", {"words": ["네"]})),
        "theirs": ModelSpec(None, "other", "replay", settings={"file": str(said)}),
    }
    jobs: list[costs.Job] = []

    def measure(job: costs.Job) -> Cost:
        jobs.append(job)
        lengths = [len(read_audio(Path(file))) / RATE for batch in job.batches for file in batch]
        assert 10 < sum(lengths) <= costs.SAMPLE_S
        assert sorted(lengths, reverse=True) == lengths
        return Cost(job.model, sum(lengths), 1.0, 0.1, None, None, "unknown", 0)

    out = tmp_path / "out"
    costs.measure(seats(tmp_path, **models), manifest, out, 2, 5, measure)
    assert [job.model for job in jobs] == ["a", "b"]
    assert jobs[0].batches == jobs[1].batches
    assert not Path(jobs[0].batches[0][0]).exists(), "clips are removed"
    lines = (out / "costs.jsonl").read_text().splitlines()
    (out / "costs.jsonl").write_text(lines[1] + "\n")  # killed before, say
    costs.measure(seats(tmp_path, **models), manifest, out, 2, 5, measure)
    assert [job.model for job in jobs] == ["a", "b", "a"]
    assert (out / "costs.jsonl").read_text().splitlines() == lines
    shuffled = Manifest(manifest.root, manifest.utterances[::-1])
    costs.measure(seats(tmp_path, **models), shuffled, tmp_path / "again", 2, 5, measure)
    assert (tmp_path / "again" / "costs.jsonl").read_text().splitlines() == lines


@given(st.dictionaries(st.text(min_size=1), st.floats(0.1, 30)))
def test_a_sample_is_at_most_thirty_seconds_and_of_ids_alone(lengths: dict[str, float]) -> None:
    found = costs.sample(lengths)
    assert sum(found.values()) <= 30
    assert bool(found) == bool(lengths)
    assert costs.sample(dict(reversed(lengths.items()))) == found


def test_whole_calls_alone_are_no_sample(tmp_path: Path) -> None:
    write_audio(tmp_path / "call.wav", np.zeros(31 * RATE, np.float32))
    calls = Manifest(tmp_path, (Utterance("call", "call.wav", "네"),))
    costs.measure(seats(tmp_path, other=program()), calls, tmp_path / "out", 2, 5)
    assert not (tmp_path / "out").exists()


def test_a_program_is_measured_with_what_it_holds(manifest: Manifest, tmp_path: Path) -> None:
    costs.measure(seats(tmp_path, other=program()), manifest, tmp_path / "out", 2, 5)
    (record,) = [json.loads(line) for line in (tmp_path / "out" / "costs.jsonl").read_text().splitlines()]
    cost = Cost.from_json(record)
    assert cost.seconds_per_second > 0
    assert cost.peak_bytes is None or 4e6 < cost.peak_bytes < 4e8
    assert (cost.disk_bytes, cost.device) == (None, engines.UNKNOWN)


def test_what_cannot_be_measured_is_said(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        costs.measure(seats(tmp_path, other=program("dies")), manifest, tmp_path / "out", 1, 5)
    assert error.value.code == "eval.cost"
    assert "Traceback" not in error.value.text("en")


def test_memory_is_a_process_own_not_its_parents() -> None:
    """``ru_maxrss`` of a small process started by a big one would be the big one's."""
    import subprocess

    big = np.ones(40_000_000)  # 320 MB
    code = "import os, time; from eval_suites.engines._program import held_bytes; print(held_bytes(os.getpid()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=costs.ROOT)
    assert held_bytes(0) is None
    if done.stdout.strip() != "None":
        assert int(done.stdout) < big.nbytes


def test_whisper_is_measured(tmp_path: Path, whisper_base: Path) -> None:
    write_audio(tmp_path / "u0.wav", np.random.default_rng(1).normal(0, 1e-4, RATE // 2).astype(np.float32))
    manifest = Manifest(tmp_path, (Utterance("u0", "u0.wav", "네"),))
    costs.measure(seats(tmp_path, base=ModelSpec(whisper_base, "base")), manifest, tmp_path / "out", 16, 5)
    cost = Cost.from_json(json.loads((tmp_path / "out" / "costs.jsonl").read_text()))
    assert (cost.model, cost.device, cost.threads) == ("base", "cpu", 1)
    assert cost.audio_s == 0.5
    assert cost.load_s > 0
    assert cost.disk_bytes is not None
    assert 70e6 < cost.disk_bytes < 100e6
    assert cost.peak_bytes is None or 1e8 < cost.peak_bytes < 2e9
