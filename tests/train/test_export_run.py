"""``run export``: what it takes, what it refuses, how it ends; and exported models as models to evaluate."""

from __future__ import annotations

import dataclasses
import json
import shutil
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from eval_suites.models import ModelRecord
from kowhisper_tel.commands import build, exporting, matrix
from kowhisper_tel.commands.checks import check
from kowhisper_tel.commands.run_folder import Run, open_run
from kowhisper_tel.config import Model
from kowhisper_tel.config_file import dump_config, load_config
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import sha256, write_json, write_text
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train.export import export as exports
from kowhisper_tel.train.export import formats
from kowhisper_tel.train.export.parity import Check, Parity, Row, StratumParity

Found = Callable[[str], None]


@pytest.fixture
def run_folder(tiny: Path, corpus: Manifest, tmp_path: Path) -> Path:
    """A run that has prepared and trained."""
    folder = tmp_path / "runs" / "calls"
    config = {
        "name": "calls", "model": str(tiny), "data": {"corpora": [{"kind": "demo"}]},
        "evaluate": {"suites": ["clean"], "device": "cpu"}, "train": {"controls": []},
    }  # fmt: skip
    write_json(tmp_path / "c.yaml", {**config, "runs": str(tmp_path / "elsewhere")})
    write_text(folder / "config.yaml", dump_config(load_config(tmp_path / "c.yaml")))
    for split in ("train", "test"):
        utterances = [dataclasses.replace(u, audio=str(corpus.audio_path(u)), speaker="가") for u in corpus]
        Manifest(folder / "manifests", tuple(utterances)).write(folder / "manifests" / f"{split}.jsonl")
    model = folder / "models" / "phone"
    shutil.copytree(tiny, model / "model")
    write_json(model / "data.json", {s: sha256(folder / "manifests" / f"{s}.jsonl") for s in ("train", "test")})
    write_json(model / "summary.json", {"weights_sha256": sha256(model / "model" / "model.safetensors"), "steps": 3})
    return folder


@pytest.fixture
def finding(monkeypatch: pytest.MonkeyPatch) -> Found:
    """The check finds what is told, and hears nothing."""
    told = {"verdict": "held"}

    def measure(model: str, source: Path, folders: dict[str, Path], *_: Any, budget: float, **__: Any) -> Parity:
        one = StratumParity("clean", "clean", "cer", 9, 9, "speaker", "description", 0.1, 0.1, 0.0, 0.0, 0.0, 1.0, 0, 0,
                            told["verdict"], None)  # type: ignore[arg-type]  # fmt: skip
        rows = tuple(Row(Check(name, name, "kowhisper_tel", "trained"), "int8", 1, None, (one,)) for name in folders)
        return Parity(model, "x", budget, "cpu", rows)

    monkeypatch.setattr(exports, "measure", measure)
    return lambda verdict: told.update(verdict=verdict)


def export(*words: str | Path) -> Any:
    return CliRunner().invoke(build(), ["export", *map(str, words)])


def test_a_run_is_exported_and_the_card_knows_it(run_folder: Path, finding: Found) -> None:
    done = export(run_folder, "--to", "ct2-int8, safetensors", "--dtype", "fp16", "--set", "export.license=mit")
    assert done.exit_code == 0, done.exception
    out = run_folder / "exports" / "phone"
    assert sorted(folder.name for folder in out.iterdir() if folder.is_dir()) == ["ct2-int8", "safetensors"]
    text = (out / "safetensors" / "README.md").read_text(encoding="utf-8")
    assert "calls-phone" in text
    assert "license: mit" in text
    assert "`steps`: 3" in text
    assert "not published" in text, "the base is a folder of somebody's"
    assert str(run_folder.parent) not in text
    assert json.loads((out / "safetensors" / "config.json").read_text())["dtype"] == "float16"


def test_what_is_asked_of_one_export_is_not_asked_of_the_next(run_folder: Path, finding: Found) -> None:
    before = (run_folder / "config.yaml").read_bytes()
    assert export(run_folder, "--to", "safetensors", "--set", "export.suites=[clean]").exit_code == 0
    assert (run_folder / "config.yaml").read_bytes() == before


def test_a_model_beyond_the_budget_does_not_keep_the_next_from_being_exported(
    run_folder: Path, finding: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config(run_folder / "config.yaml", ["train.controls=[clean]"])
    write_text(run_folder / "config.yaml", dump_config(config))
    shutil.copytree(run_folder / "models" / "phone", run_folder / "models" / "clean")
    finding("worse")
    assert export(run_folder, "--to", "safetensors", "--model", "clean", "--model", "phone").exit_code == 1
    for name in ("clean", "phone"):
        assert (run_folder / "exports" / name / "safetensors" / "model.safetensors").is_file()


def test_the_card_has_what_became_known_since(run_folder: Path, finding: Found) -> None:
    card = run_folder / "exports" / "phone" / "safetensors" / "README.md"
    assert export(run_folder, "--to", "safetensors").exit_code == 0
    card.write_text("mine", encoding="utf-8")
    assert export(run_folder, "--to", "safetensors").exit_code == 0
    assert card.read_text(encoding="utf-8") == "mine", "it may be edited"
    assert export(run_folder, "--to", "safetensors", "--set", "export.license=mit").exit_code == 0
    assert "license: mit" in card.read_text(encoding="utf-8")


@pytest.mark.parametrize(("verdict", "code"), [("held", 0), ("open", 1), ("worse", 1)])
def test_beyond_the_budget_it_is_written_and_the_exit_code_is_1(
    run_folder: Path, finding: Found, verdict: str, code: int
) -> None:
    finding(verdict)
    assert export(run_folder, "--to", "safetensors").exit_code == code
    assert (run_folder / "exports" / "phone" / "safetensors" / "model.safetensors").is_file()
    assert export(run_folder, "--to", "safetensors").exit_code == code, "the same when nothing is left to do"


def test_what_a_user_gets_wrong_is_said(run_folder: Path, finding: Found, tmp_path: Path) -> None:
    model = run_folder / "models" / "phone" / "model"

    def refused(*words: str | Path) -> str:
        problem = export(*words).exception
        assert isinstance(problem, UserError), problem
        return problem.code

    assert refused(tmp_path) == "export.no_run"
    assert refused(run_folder, "--config", run_folder / "config.yaml") == "export.both"
    assert refused(run_folder, "--model", "clean") == "export.untrained"
    assert refused(run_folder, "--model", "phone", "--model", "clean") == "export.untrained"
    assert not (run_folder / "exports").exists()
    assert refused(run_folder, "--to", "ct2-int4") == "export.format"
    assert refused(run_folder, "--to", " ,") == "export.no_format"
    assert export(run_folder, "--dtype", "fp8").exit_code == 2
    weights = model / "model.safetensors"
    data = weights.read_bytes()
    weights.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert refused(run_folder) == "export.damaged"
    weights.write_bytes(data)
    manifest = run_folder / "manifests" / "train.jsonl"
    lines = manifest.read_text(encoding="utf-8")
    manifest.write_text(lines.split("\n", 1)[1], encoding="utf-8")
    assert refused(run_folder) == "run.other_data"
    manifest.write_text(lines, encoding="utf-8")
    shutil.rmtree(model)
    assert refused(run_folder) == "run.stage_missing"
    assert not (run_folder / "exports").exists()


def test_the_loop_exports_only_if_asked_and_ends_with_1(
    run_folder: Path, finding: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kowhisper_tel.commands import loop, stages, tested

    for stage in ("prepare", "train", "evaluate"):
        monkeypatch.setattr(stages, stage, lambda *_: None)
    monkeypatch.setattr(tested, "suites_of", lambda *_: None)
    monkeypatch.setattr(stages, "report", lambda run: run.folder / "report.html")
    where = [f"runs={run_folder.parent}"]
    loop.whole_loop(run_folder / "config.yaml", where)
    assert not (run_folder / "exports").exists()
    asked = [*where, "export={formats: [ct2-int8]}"]
    loop.whole_loop(run_folder / "config.yaml", asked)
    assert (run_folder / "exports" / "phone" / "ct2-int8" / "model.bin").is_file()
    finding("worse")
    with pytest.raises(typer.Exit) as end:
        loop.whole_loop(run_folder / "config.yaml", [*where, "export={formats: [safetensors]}"])
    assert end.value.exit_code == 1


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("formats: [gguf]", "export.format"),
        ("models: [x]", "export.untrained"),
        ("suites: [clear]", "eval.suite_unknown"),
        ("suites: [none.yaml]", "suites.file_missing"),
    ],
)
def test_what_cannot_be_exported_is_said_before_the_training(run_folder: Path, setting: str, code: str) -> None:
    with (
        pytest.raises(UserError) as error,
        open_run(run_folder / "config.yaml", [f"runs={run_folder.parent}", f"export={{{setting}}}"], new=False),
    ):
        pass
    assert error.value.code == code


def test_an_exported_folder_is_a_model_to_evaluate(run_folder: Path, tiny: Path, tmp_path: Path) -> None:
    from eval_suites import engines
    from eval_suites.engines import Setting
    from kowhisper_tel.whisper.decoding import DecodingOptions

    folder = tmp_path / "ct2-int8"
    formats.write(tiny, folder, "ct2-int8")
    config = load_config(run_folder / "config.yaml")
    mine, wrong = Model(name="mine", model=str(folder)), Model(name="w", model=str(folder), engine="transformers")

    def with_models(*models: Model) -> Any:
        return config.model_copy(update={"evaluate": config.evaluate.model_copy(update={"models": [*models]})})

    check(with_models(mine), evaluates=True)
    with pytest.raises(UserError) as error:
        check(with_models(mine, wrong), evaluates=True)
    assert error.value.code == "export.only_ct2"
    spec = matrix.specs(with_models(mine), Path)["mine"]
    kind = engines.get("ctranslate2")
    assert spec.folder == folder
    setting = Setting("int8", DecodingOptions(), "cpu", 1, tmp_path / "cache")
    assert kind.disk(spec, setting) == folder
    kind.prepare(spec, setting)
    assert not (tmp_path / "cache").exists(), "it is opened as it is"
    assert kind.open(spec, setting)
    before = kind.identify(spec)
    formats.write(tiny, folder, "ct2-float16")
    assert kind.identify(spec) != before


def test_the_stage_is_told_in_the_runs_own_terms(run_folder: Path) -> None:
    with open_run(run_folder / "config.yaml", [f"runs={run_folder.parent}"], new=False) as run:
        facts = exporting.facts_of(run, "phone", exporting.Export())
    assert facts.base_model is None
    assert facts.results == ()
    assert facts.training["channels"] == "wheels_only"
    assert facts.training["learning_rate"] == 2e-5
    assert facts.apart == "speaker"


def test_the_card_tells_how_each_model_was_tuned(run_folder: Path) -> None:
    changed = ["train.controls=[clean]", "train.babble_share=0.2", "train.severity=0.5", "train.lora={r: 4}"]
    config = load_config(run_folder / "config.yaml", [*changed, f"runs={run_folder.parent}"])
    chosen = {"kind": "interpolation", "step": 7, "alpha": 0.5}
    write_json(run_folder / "models" / "phone" / "summary.json", {"steps": 9, "choice": {"chosen": chosen}})
    run = Run(config, run_folder)
    phone, clean = (exporting.facts_of(run, name, exporting.Export()).training for name in ("phone", "clean"))
    assert phone["weights"] == "0.5 × step 7 + 0.5 × base"
    assert (phone["babble_share"], phone["severity"], phone["clean_share"]) == (0.2, 0.5, 0.3)
    assert str(phone["lora"]).startswith("r 4, ")
    assert clean["channels"] == "none (control)"
    assert [exporting.facts_of(run, name, exporting.Export()).control for name in ("phone", "clean")] == [False, True]
    assert not {"babble_share", "severity", "clean_share", "weights"} & clean.keys()


def test_the_cards_results_are_of_the_models_own_files(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kowhisper_tel.train.export import facts
    from kowhisper_tel.whisper.ct2 import model_hash

    its = model_hash(run_folder / "models" / "phone" / "model")
    records = [ModelRecord("phone", "candidate", "others", "ctranslate2", "int8")]
    records += [ModelRecord(f"tuned-{q}", "candidate", its, "ctranslate2", q) for q in ("float16", "int8")]
    found = types.SimpleNamespace(models=records)
    monkeypatch.setattr("eval_suites.results.load", lambda _: found)
    monkeypatch.setattr(facts, "results_of", lambda _, name: (name,))
    run = Run(load_config(run_folder / "config.yaml"), run_folder)
    told = exporting.facts_of(run, "phone", exporting.Export())
    assert (told.results, told.engine) == (("tuned-float16",), "ctranslate2 float16")
    records.append(ModelRecord("phone", "candidate", its, "ctranslate2", "float32"))
    assert exporting.facts_of(run, "phone", exporting.Export()).results == ("phone",)
    records[:] = records[:1]
    assert exporting.facts_of(run, "phone", exporting.Export()).results == ()
