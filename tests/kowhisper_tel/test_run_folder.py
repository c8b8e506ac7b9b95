from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kowhisper_tel.commands import stages
from kowhisper_tel.commands.run_folder import Run, open_run
from kowhisper_tel.config_file import load_config
from kowhisper_tel.core.errors import UserError


def settings(folder: Path, *more: str) -> list[str]:
    return [f"runs={folder}", *more]


@pytest.fixture(autouse=True)
def without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a config asks for is there: these tests are about folders."""
    monkeypatch.setattr("kowhisper_tel.whisper.resolve.resolve_model", lambda name: Path(name))


def made(run: Run, *stages: str) -> None:
    for stage in stages:
        (run.folder / stage).mkdir()
        (run.folder / stage / "work").write_text("done")


def test_the_same_config_goes_on_and_another_is_refused(tmp_path: Path) -> None:
    with open_run(None, settings(tmp_path)) as run:
        made(run, "manifests")
    with open_run(None, settings(tmp_path), resume=True) as run:
        assert (run.folder / "manifests" / "work").read_text() == "done"
    with pytest.raises(UserError) as error, open_run(None, settings(tmp_path, "seed=8")):
        pass
    assert error.value.code == "run.differs"
    assert "seed" in str(error.value)
    assert (tmp_path / "demo" / "manifests" / "work").exists()


@pytest.mark.parametrize(
    ("stages", "setting", "refused"),
    [
        ([], "seed=8", False),
        (["manifests"], "train.learning_rate=1e-4", False),
        (["manifests"], "data.split='8:2'", True),
        (["manifests", "models"], "train.learning_rate=1e-4", True),
        (["manifests", "models"], "train.dataloader_num_workers=0", False),
        (["manifests", "models"], "evaluate.batch_size=4", False),
        (["manifests", "models"], "gate.least_effect=0.02", False),
    ],
)
def test_what_no_stage_has_used_may_still_change(
    tmp_path: Path, stages: list[str], setting: str, refused: bool
) -> None:
    with open_run(None, settings(tmp_path)) as run:
        made(run, *stages)
    if refused:
        with pytest.raises(UserError) as error, open_run(None, settings(tmp_path, setting)):
            pass
        assert error.value.code == "run.differs"
        return
    with open_run(None, settings(tmp_path, setting)):
        pass
    assert load_config(tmp_path / "demo" / "config.yaml") == load_config(None, settings(tmp_path, setting))


def test_overwrite_starts_afresh_but_not_for_a_config_that_cannot_run(tmp_path: Path) -> None:
    with open_run(None, settings(tmp_path)) as run:
        made(run, "models")
    with pytest.raises(UserError), open_run(None, settings(tmp_path, "train.channels=wheels_olny"), overwrite=True):
        pass
    assert (tmp_path / "demo" / "models" / "work").exists()
    with open_run(None, settings(tmp_path, "seed=8"), overwrite=True) as run:
        assert not (run.folder / "models").exists()
    assert not list(tmp_path.glob(".demo.*.old"))


def test_a_config_that_cannot_run_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError), open_run(None, settings(tmp_path / "runs", "evaluate.quantisation=float61")):
        pass
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("setting", "code"),
    [("evaluate.device=cuda", "eval.no_gpu"), ("evaluate.quantisation=float16", "model.quantisation_device")],
)
def test_only_the_machine_that_evaluates_must_be_able_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, code: str
) -> None:
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 0)
    monkeypatch.setattr("ctranslate2.get_supported_compute_types", lambda device: {"int8", "float32"})
    with open_run(None, settings(tmp_path, setting)):
        pass
    with pytest.raises(UserError) as error, open_run(None, settings(tmp_path, setting), evaluates=True):
        pass
    assert error.value.code == code


def test_another_programs_config_is_not_taken_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "config.yaml").write_text("port: 80")
    with pytest.raises(UserError) as error, open_run(None, settings(tmp_path), overwrite=True):
        pass
    assert error.value.code == "run.foreign"
    assert (tmp_path / "demo" / "config.yaml").exists()


@pytest.mark.parametrize("existing", [None, "foreign"])
def test_nothing_to_resume_and_a_foreign_folder(tmp_path: Path, existing: str | None) -> None:
    if existing:
        (tmp_path / "demo").mkdir()
        (tmp_path / "demo" / "holiday.jpg").touch()
    with pytest.raises(UserError) as error, open_run(None, settings(tmp_path), resume=existing is None):
        pass
    assert error.value.code == ("run.foreign" if existing else "run.absent")
    if existing:
        with pytest.raises(UserError), open_run(None, settings(tmp_path), overwrite=True):
            pass
        assert (tmp_path / "demo" / "holiday.jpg").exists()


def test_two_processes_cannot_hold_one_run(tmp_path: Path) -> None:
    with (
        open_run(None, settings(tmp_path)),
        pytest.raises(UserError) as error,
        open_run(None, settings(tmp_path)),
    ):
        pass
    assert error.value.code == "run.locked"


def test_a_name_on_the_command_line_wins(tmp_path: Path) -> None:
    with open_run(None, settings(tmp_path), name="other") as run:
        assert run.folder == tmp_path / "other"


def test_runs_of_the_same_name_all_stand_in_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class SeenError(Exception):
        pass

    def merge(heard: dict[str, Path]) -> None:
        raise SeenError(heard)

    monkeypatch.setattr("eval_suites.results.load", lambda folder: folder)
    monkeypatch.setattr("reports.merged.merge", merge)
    beside = [tmp_path / place / "demo" for place in ("a/x", "b/x", "c", "d")]
    with open_run(None, settings(tmp_path)) as run, pytest.raises(SeenError) as seen:
        stages.report(run, beside)
    assert list(seen.value.args[0].values()) == [run.results, *beside]
    assert list(seen.value.args[0]) == ["demo", "x/demo", "b/x/demo", "c/demo", "d/demo"]


def test_suites_that_nobody_knows_are_named_before_anything_is_prepared(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error, open_run(None, settings(tmp_path, "train.dev_suites=[claen]")):
        pass
    assert error.value.code == "eval.suite_unknown"
    with open_run(None, settings(tmp_path, "train.dev_suites=[claen]", "train.dev_utterances=0")):
        pass


def test_which_weights_were_kept_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    why = {"code": "x", "en": "all others forgot", "ko": "나머지는 잊음"}
    summary = {"choice": {"chosen": {"kind": "base", "step": 0}, "why": why}}
    result = SimpleNamespace(model=tmp_path, summary=summary)

    def tune(*_: Any, **__: Any) -> Any:
        return result

    monkeypatch.setattr(stages, "task", lambda *_: SimpleNamespace(**dict.fromkeys(
        ("base", "train", "dev", "mixture", "settings", "seed"))))  # fmt: skip
    monkeypatch.setattr("kowhisper_tel.train.train.train", tune)
    monkeypatch.setattr("kowhisper_tel.train.telling.totals", lambda *_: "done")
    with open_run(None, settings(tmp_path)) as run:
        stages.train(run, "phone")
    told = capsys.readouterr()
    assert "train phone: kept: the base model, untuned (all others forgot)" in told.out + told.err
