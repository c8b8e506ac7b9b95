"""The runner: nothing decoded twice, nothing lost in a kill, nothing mixed."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval_suites import results, suites
from eval_suites.engines import Engine, EngineKind, Setting
from eval_suites.models import ModelSpec
from eval_suites.runner import FILES, evaluate
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.core.manifest import Manifest

HERE = Path(__file__).parent
# Test folders are no packages, so a module beside a test is loaded by its path.
_spec = importlib.util.spec_from_file_location("eval_suites_fake", HERE / "fake.py")
assert _spec is not None
assert _spec.loader is not None
fake: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_fake"] = fake
_spec.loader.exec_module(fake)

MODELS = ("plain", "loopy")


def run(manifest: Manifest, out: Path, engine: EngineKind | None = None, **changes: Any) -> None:
    arguments = {"batch_size": 4, "seed": 5, "suites": fake.some_suites(), "models": fake.specs(*MODELS)} | changes
    models, suites = arguments.pop("models"), arguments.pop("suites")
    evaluate(models, manifest, suites, out, engine=engine or fake.fake_engine(), **arguments)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    found: Manifest = fake.write_manifest(tmp_path_factory.mktemp("data"))
    return found


@pytest.fixture(scope="module")
def whole(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results made in one go."""
    out = tmp_path_factory.mktemp("whole")
    run(manifest, out)
    return out


def hypotheses(out: Path) -> bytes:
    return (out / "hypotheses.jsonl").read_bytes()


def assert_same_results(out: Path, whole: Path) -> None:
    for name in FILES:
        if name != "timings.jsonl":
            assert (out / name).read_bytes() == (whole / name).read_bytes(), name
    for by in ("suite", "stratum"):
        one, other = (results.table(results.load(folder), by).to_csv() for folder in (out, whole))
        assert one == other


def test_no_rendering_is_decoded_twice(manifest: Manifest, tmp_path: Path) -> None:
    heard: list[tuple[str, str, str]] = []
    run(manifest, tmp_path, fake.fake_engine(heard))
    assert len(heard) == len(set(heard)) == 2 * 3 * len(manifest)  # models, renderings, utterances
    rows = results.load(tmp_path).rows
    assert len(rows) == 2 * (3 * len(manifest) + len(manifest) // 2)  # and the women of the clean suite again
    run(manifest, tmp_path, fake.fake_engine(heard))
    assert len(heard) == len(hypotheses(tmp_path).splitlines())  # a complete folder is left as it is
    (tmp_path / "hypotheses.jsonl").unlink()
    run(manifest, tmp_path)
    assert len(results.load(tmp_path).rows) == len(rows)  # and one that has lost its hypotheses is not believed


def test_each_line_is_what_the_contract_says(whole: Path, manifest: Manifest) -> None:
    lines = read_json_lines(whole / "hypotheses.jsonl")
    fields = "model rendering utterance_id text avg_logprob compression_ratio window_s attempts finished"
    assert list(lines[0]) == fields.split()
    timings = read_json_lines(whole / "timings.jsonl")
    assert sum(timing["clips"] for timing in timings) == len(lines)
    assert {timing["model"] for timing in timings} == set(MODELS)
    assert [u["id"] for u in read_json_lines(whole / "utterances.jsonl")] == [u.id for u in manifest]


def test_killed_runs_end_in_the_same_bytes(manifest: Manifest, whole: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "fake.py"), str(manifest.root), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(HERE.parents[1])}
    total = len(hypotheses(whole).splitlines())
    for wanted in (total // 5, total // 2):
        process = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + 30
        while len(read_json_lines(tmp_path / "hypotheses.jsonl")) < wanted:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        written = hypotheses(tmp_path)
        assert 0 < len(written) < len(hypotheses(whole))
        with pytest.raises(UserError) as caught:
            results.load(tmp_path)
        assert (caught.value.code, caught.value.exit_code) == ("evidence.incomplete", 5)
    heard: list[tuple[str, str, str]] = []
    run(manifest, tmp_path, fake.fake_engine(heard))
    whole_batches = len(written.splitlines())
    assert total - whole_batches <= len(heard) <= total - whole_batches + 3  # an unfinished batch at most, again
    assert_same_results(tmp_path, whole)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_is_made_whole(
    share: float, manifest: Manifest, whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("cut")
    for name in FILES:
        (out / name).write_bytes((whole / name).read_bytes())
    for name in ("hypotheses.jsonl", "timings.jsonl"):
        os.truncate(out / name, int(share * (out / name).stat().st_size))
    run(manifest, out)
    assert hypotheses(out) == hypotheses(whole)


def test_renderings_do_not_depend_on_the_order_of_the_manifest(manifest: Manifest, whole: Path, tmp_path: Path) -> None:
    run(Manifest(manifest.root, manifest.utterances[::-1]), tmp_path)
    assert hypotheses(tmp_path) == hypotheses(whole)


def changed_text(manifest: Manifest) -> Manifest:
    first = dataclasses.replace(manifest.utterances[0], text="다른 말")
    return Manifest(manifest.root, (first, *manifest.utterances[1:]))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seed": 6}, "seed"),
        ({"batch_size": 5}, "batch_size"),
        ({"quantisation": "float16"}, "models.loopy.quantisation"),
        ({"models": lambda: fake.specs("plain", "other")}, "models.other"),
        ({"models": lambda: fake.specs("loopy", "plain")}, "models.loopy.role"),
        ({"suites": lambda: [*fake.some_suites()[:2], fake.noise("noisy_10", 11)]}, "suites.noisy_0, suites.noisy_10"),
        ({"manifest": changed_text}, "manifest"),
    ],
)
def test_a_changed_plan_is_refused_by_name(
    changes: dict[str, Any], field: str, manifest: Manifest, whole: Path
) -> None:
    changes = {k: v() if callable(v) and k != "manifest" else v for k, v in changes.items()}
    edited = changes.pop("manifest", lambda m: m)(manifest)
    before = hypotheses(whole)
    with pytest.raises(UserError) as caught:
        run(edited, whole, **changes)
    assert caught.value.code == "eval.plan_changed"
    assert field in caught.value.facts["fields"]
    assert hypotheses(whole) == before


def test_what_whisper_cannot_hear_at_once_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    write_audio(manifest.root / "long.wav", np.zeros(31 * RATE, np.float32), RATE)
    long = dataclasses.replace(manifest.utterances[0], id="long", audio="long.wav")
    with pytest.raises(UserError) as caught:
        run(Manifest(manifest.root, (*manifest.utterances, long)), tmp_path)
    assert (caught.value.code, caught.value.facts["id"]) == ("eval.too_long", "long")
    assert not list(tmp_path.iterdir())


def test_a_number_format_that_cannot_be_is_refused_before_anything_is_written(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctranslate2.get_supported_compute_types", lambda device: {"int8", "float32"})
    (tmp_path / "plan.json").write_text("earlier")
    with pytest.raises(UserError) as caught:
        evaluate(
            fake.specs("plain"), manifest, fake.some_suites(), tmp_path,
            quantisation="float16", device="cpu", overwrite=True,
        )  # fmt: skip
    assert caught.value.code == "model.quantisation_device"
    assert (tmp_path / "plan.json").read_text() == "earlier"


def test_overwrite_begins_anew(manifest: Manifest, tmp_path: Path) -> None:
    run(manifest, tmp_path, seed=6)
    (tmp_path / "notes.txt").write_text("mine")
    run(manifest, tmp_path, overwrite=True)
    assert json.loads((tmp_path / "plan.json").read_text())["inputs"]["seed"] == 5
    assert (tmp_path / "notes.txt").exists()
    assert results.load(tmp_path).inputs["seed"] == 5


def test_a_mixed_file_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    run(manifest, tmp_path)
    lines = hypotheses(tmp_path).splitlines(keepends=True)
    (tmp_path / "hypotheses.jsonl").write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    with pytest.raises(UserError) as caught:
        run(manifest, tmp_path)
    assert (caught.value.code, caught.value.facts["line"]) == ("eval.hypotheses_foreign", 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"models": {}}, "eval.models_none"),
        ({"suites": []}, "eval.suites_none"),
        ({"suites": lambda: [fake.noise("same", 1), fake.noise("same", 2)]}, "eval.suite_twice"),
        ({"suites": lambda: [fake.noise("nobody", 1, selection={"gender": "X"})]}, "eval.suite_empty"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(
    changes: dict[str, Any], code: str, manifest: Manifest, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as caught:
        run(manifest, tmp_path / "out", **{k: v() if callable(v) else v for k, v in changes.items()})
    assert caught.value.code == code
    assert caught.value.text("en")
    assert caught.value.text("ko")
    assert not (tmp_path / "out").exists()


def test_an_id_that_a_suite_brings_itself_is_refused(tmp_path: Path) -> None:
    """The clip would be heard as that sound."""
    manifest = fake.write_manifest(tmp_path / "in", 1)
    same = Manifest(manifest.root, (dataclasses.replace(manifest.utterances[0], id="nospeech-hum-1"),))
    with pytest.raises(UserError) as caught:
        run(same, tmp_path / "out", suites=[*fake.some_suites()[:1], *suites.build(["nospeech_hum"])])
    assert (caught.value.code, caught.value.facts["id"]) == ("eval.item_twice", "nospeech-hum-1")


def test_lost_audio_is_named(manifest: Manifest, tmp_path: Path) -> None:
    lost = dataclasses.replace(manifest.utterances[0], audio="lost.wav", end_s=0.1)
    with pytest.raises(UserError) as caught:
        run(Manifest(manifest.root, (lost, *manifest.utterances[1:])), tmp_path)
    assert caught.value.code == "audio.missing"
    assert caught.value.facts["path"].name == "lost.wav"


@pytest.mark.parametrize(
    ("asked", "gpu", "meant"), [("auto", True, "cuda"), ("auto", False, "cpu"), ("cpu", True, "cpu")]
)
def test_the_plan_has_the_device_that_engines_are_opened_on(
    asked: str, gpu: bool, meant: str, manifest: Manifest, tmp_path: Path
) -> None:
    opened = []

    def open_model(spec: ModelSpec, setting: Setting) -> Engine:
        opened.append(setting.device)
        return fake.fake_engine().open(spec, setting)

    engine = dataclasses.replace(fake.fake_engine(), open=open_model, sees_gpu=lambda: gpu)
    run(manifest, tmp_path, engine, device=asked)
    assert set(opened) == {meant}
    assert {model.device for model in results.load(tmp_path).models} == {meant}
    if asked == "auto":
        with pytest.raises(UserError) as caught:
            run(manifest, tmp_path, dataclasses.replace(engine, sees_gpu=lambda: not gpu), device="auto")
        assert caught.value.facts["fields"] == "models.loopy.device, models.plain.device"


def test_progress_reaches_the_total(manifest: Manifest, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    run(manifest, tmp_path, progress=lambda done, total, note="": calls.append((done, total)))
    total = len(hypotheses(tmp_path).splitlines())
    assert calls[0] == (0, total)
    assert calls[-1] == (total, total)
    assert calls == sorted(calls)
