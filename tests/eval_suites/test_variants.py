"""Variants of post-processing in the runner: decoded once, resumed to the same bytes, compared like models."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval_suites import engines, results
from eval_suites.engines import Clip, EngineKind
from eval_suites.hypothesis import Transcript
from eval_suites.models import ModelSpec, Post
from eval_suites.runner import FILES, evaluate
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import read_json_lines
from kowhisper_tel.core.manifest import Manifest

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("eval_suites_fake", HERE / "fake.py")
assert _spec is not None
assert _spec.loader is not None
fake: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_fake"] = fake
_spec.loader.exec_module(fake)


def run(manifest: Manifest, out: Path, engine: EngineKind | None = None, **changes: Any) -> None:
    arguments = {"models": fake.with_variants(), "suites": fake.some_suites()} | changes
    models, suites = arguments.pop("models"), arguments.pop("suites")
    engine = engine or fake.fake_engine()
    evaluate(models, manifest, suites, out, engine=engine, batch_size=4, seed=5, **arguments)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    found: Manifest = fake.write_manifest(tmp_path_factory.mktemp("data"))
    return found


@pytest.fixture(scope="module")
def whole(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    run(manifest, out)
    return out


def hypotheses(out: Path) -> bytes:
    return (out / "hypotheses.jsonl").read_bytes()


def test_nothing_is_decoded_for_a_variant(manifest: Manifest, tmp_path: Path) -> None:
    heard: list[tuple[str, str, str]] = []
    run(manifest, tmp_path, fake.fake_engine(heard))
    assert {name for name, _, _ in heard} == {"plain", "loopy"}
    assert len(heard) == len(set(heard)) == 2 * 3 * len(manifest)
    rows = results.load(tmp_path).rows
    texts = {name: list(group["hypothesis"]) for name, group in rows.groupby("model")}
    assert texts["plain+words"] == [text.replace("요금제", "고객님") for text in texts["plain"]]
    assert texts["plain+words+more"] == [text.replace("고객님", "감사합니다") for text in texts["plain+words"]]
    assert texts["plain"] != texts["plain+words"] != texts["plain+words+more"]


def test_a_variant_has_its_sources_engine_and_time_and_a_hash_of_its_own(whole: Path) -> None:
    models = {model.name: model for model in results.load(whole).models}
    assert len({model.hash for model in models.values()}) == len(models)
    source, variant = models["plain"], models["plain+words"]
    assert (variant.engine, variant.quantisation, variant.device) == (source.engine, source.quantisation, source.device)
    assert variant.options["post"] == "hotwords"
    timings = {(t["model"], t["batch"]): t["decode_s"] for t in read_json_lines(whole / "timings.jsonl")}
    assert all(timings["plain+words", batch] >= took for (model, batch), took in timings.items() if model == "plain")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_is_made_whole(
    share: float, manifest: Manifest, whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("cut")
    for name in FILES:
        (out / name).write_bytes((whole / name).read_bytes())
    for name in ("hypotheses.jsonl", "timings.jsonl"):
        os.truncate(out / name, int(share * (out / name).stat().st_size))
    heard: list[tuple[str, str, str]] = []
    run(manifest, out, fake.fake_engine(heard))
    assert hypotheses(out) == hypotheses(whole)
    assert len(heard) == len(set(heard))


def test_killed_runs_end_in_the_same_bytes(manifest: Manifest, whole: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "fake.py"), str(manifest.root), str(tmp_path), "variants"]
    total = len(hypotheses(whole).splitlines())
    for wanted in (total // 7, total // 2):
        process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(HERE.parents[1])})
        deadline = time.monotonic() + 60
        while len(read_json_lines(tmp_path / "hypotheses.jsonl")) < wanted:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.003)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert 0 < len(hypotheses(tmp_path)) < len(hypotheses(whole))
    run(manifest, tmp_path)
    assert hypotheses(tmp_path) == hypotheses(whole)


def test_what_a_variant_rests_on_may_not_change(manifest: Manifest, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("상담원", encoding="utf-8")
    variant = ModelSpec(None, "other", post=Post("plain", "hotwords", {"words": str(words)}))
    models = {**fake.specs("plain"), "plain+words": variant}
    run(manifest, tmp_path / "out", models=models)
    words.write_text("상담사", encoding="utf-8")
    with pytest.raises(UserError) as error:
        run(manifest, tmp_path / "out", models=models)
    assert error.value.facts["fields"] == "models.plain+words.hash"


def test_a_variant_comes_after_its_source(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        run(manifest, tmp_path / "out", models=dict(reversed(fake.with_variants().items())))
    assert error.value.code == "post.source"
    assert not (tmp_path / "out").exists()


def test_a_missing_text_stays_missing(manifest: Manifest, tmp_path: Path) -> None:
    class Forgetful:
        def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
            return [Transcript("", missing=True) if c.utterance_id == "u3" else Transcript("요금제") for c in clips]

    engine = EngineKind("fake", lambda spec, setting: Forgetful(), (), identify=lambda spec: str(spec.folder))
    run(manifest, tmp_path, engine)
    lines = read_json_lines(tmp_path / "hypotheses.jsonl")
    assert {line["utterance_id"] for line in lines if line.get("missing")} == {"u3"}
    assert all(("missing" in line) == (line["utterance_id"] == "u3") for line in lines)
    assert {line["text"] for line in lines if line["model"] == "plain+words"} == {"", "고객님"}
    rows = results.load(tmp_path).rows
    lost = rows[rows["utterance_id"] == "u3"]
    assert (lost["deletions"] > 0).all()
    assert (lost["hits"] == 0).all()


@pytest.mark.parametrize("limit", [1, 2, None])
def test_only_so_many_models_are_open_at_once(
    limit: int | None, manifest: Manifest, whole: Path, tmp_path: Path
) -> None:
    alive: set[int] = set()
    most = []

    class Closing:
        def __init__(self, engine: Any) -> None:
            self._engine = engine
            alive.add(id(self))
            most.append(len(alive))

        def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
            found: list[Transcript] = self._engine.transcribe(clips)
            return found

        def close(self) -> None:
            alive.remove(id(self))

    plain = fake.fake_engine()
    engine = dataclasses.replace(plain, open=lambda spec, setting: Closing(plain.open(spec, setting)))
    run(manifest, tmp_path, engine, open_models=limit)
    assert max(most) == min(limit or 2, 2)
    assert not alive, "all are closed at the end"
    assert hypotheses(tmp_path) == hypotheses(whole)


def test_a_matrix_of_engines_with_a_key_that_is_nowhere_on_disk(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STT_KEY", "s3cr3t-value")
    said = tmp_path / "said.csv"
    said.write_text("id,text\n" + "".join(f"u{n},안내 {n}\n" for n in range(20)), encoding="utf-8")
    recogniser = [sys.executable, str(HERE / "recogniser.py"), "env", "${STT_KEY}x"]
    models = {
        **fake.specs("plain"),
        "other": ModelSpec(None, "other", "command", settings={"command": recogniser}),
        "theirs": ModelSpec(None, "other", "replay", settings={"file": str(said)}),
    }
    run(manifest, tmp_path / "out", models=models, device="cpu")
    lines = read_json_lines(tmp_path / "out" / "hypotheses.jsonl")
    texts = {line["text"] for line in lines if line["model"] == "other"}
    assert texts == {"s3cr3t-valuex"}, "it was given the key"
    missing = {line["utterance_id"] for line in lines if line.get("missing")}
    assert missing == {"u20", "u21", "u22"}
    for file in (tmp_path / "out").rglob("*"):
        if file.is_file() and file.name != "hypotheses.jsonl":
            assert "s3cr3t" not in file.read_text(encoding="utf-8")
    records = {model.name: model for model in results.load(tmp_path / "out").models}
    assert (records["other"].engine, records["other"].device) == ("command", engines.UNKNOWN)
    before = hypotheses(tmp_path / "out")
    with (tmp_path / "out" / "hypotheses.jsonl").open("r+b") as file:
        file.truncate(len(before) // 2)
    run(manifest, tmp_path / "out", models=models, device="cpu")
    assert hypotheses(tmp_path / "out") == before


def test_foreign_hypotheses_are_refused_before_anything_is_written(manifest: Manifest, tmp_path: Path) -> None:
    said = tmp_path / "said.csv"
    said.write_text("id,text\nu1,가\nnobody,나\n", encoding="utf-8")
    models = {"theirs": ModelSpec(None, "other", "replay", settings={"file": str(said)})}
    with pytest.raises(UserError) as error:
        run(manifest, tmp_path / "out", models=models)
    assert (error.value.code, error.value.facts["examples"]) == ("eval.replay_foreign", "nobody")
    assert not (tmp_path / "out").exists()
