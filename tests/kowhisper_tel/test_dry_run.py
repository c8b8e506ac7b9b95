"""``run train --dry-run``: the forecast is printed, and the run stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from kowhisper_tel.commands import train as command
from kowhisper_tel.commands.run_folder import open_run
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import choose_language
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.train import forecast
from kowhisper_tel.train.forecast import Costs
from kowhisper_tel.train.train import CLEAN, Task

COSTS = Costs(
    steps=90,
    audio_s=7200.0,
    total_s=5400.0,
    setup_s=30.0,
    training_s=5000.0,
    data_wait_s=500.0,
    dev_s=300.0,
    saving_s=70.0,
    checkpoint_bytes=870_000_000,
    disk_bytes=2_600_000_000,
    model_bytes=290_000_000,
    exports_bytes=220_000_000,
    memory_bytes=3_100_000_000,
    memory_workers_bytes=500_000_000,
    memory_gpu_bytes=0,
    steps_run=5,
    window_s_run=480.0,
    took_s=200.0,
)


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """What the forecast was asked about."""
    asked: list[Task] = []
    monkeypatch.setattr("kowhisper_tel.whisper.resolve.resolve_model", lambda name: Path(name))
    monkeypatch.setattr(forecast, "forecast", lambda task: asked.append(task) or COSTS)
    return asked


def listed(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_forecast_is_printed_and_nothing_is_written(
    tasks: list[Task], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_run(None, [f"runs={tmp_path}"]) as run:
        Manifest(run.manifests, (Utterance("a", "a.wav", "네"),)).write(run.manifests / "train.jsonl")
    before = listed(tmp_path)
    for language, said in (("en", "clean: 90 steps, 2.00 h"), ("ko", "clean: 90단계")):
        choose_language(language)
        try:
            command.command(set_=[f"runs={tmp_path}", "train.save_steps=7"], dry_run=True)
        finally:
            choose_language(None)
        out = capsys.readouterr().out
        assert said in out
        assert "2.60 GB" in out
        assert "3.0" in out.splitlines()[-1], "both models together"
    assert [task.mixture == CLEAN for task in tasks] == [True, False] * 2
    assert tasks[0].settings.save_steps == 7
    command.command(set_=[f"runs={tmp_path}"], dry_run=True, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["total_s"] == 2 * COSTS.total_s
    assert Costs(**told["models"]["phone"]) == COSTS
    assert listed(tmp_path) == before


def test_there_must_be_a_run_and_json_alone_means_nothing(tasks: list[Task], tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        command.command(set_=[f"runs={tmp_path}"], dry_run=True)
    assert error.value.code == "run.absent"
    with pytest.raises(typer.BadParameter, match="dry-run"):
        command.command(json=True)
    assert not tasks
