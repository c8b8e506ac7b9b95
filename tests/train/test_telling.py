"""What is told: after each step, at the end, and to programs that are named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from transformers import TrainerCallback
from transformers.integrations import integration_utils

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import choose_language
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.memory import children, held_bytes, own_bytes
from kowhisper_tel.data.windows import Packing
from kowhisper_tel.train import reporting, telling
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import TrainSettings
from kowhisper_tel.train.telling import Telling, totals
from kowhisper_tel.train.train import CLEAN, train

SETTINGS = TrainSettings(
    num_train_epochs=1, batch_seconds=8.0, precision="fp32", dev_utterances=2, dataloader_num_workers=1, save_steps=2
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    choose_language("en")
    yield
    choose_language(None)


def test_speed_wait_and_time_left_are_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = Schedule([2.0] * 100, [5] * 100, seed=1, epochs=1, packing=Packing((4.0, 8.0), 20.0))
    clock, waited, told = [100.0], [50.0], []
    monkeypatch.setattr(telling.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(telling, "own_bytes", lambda: 2_000_000_000)
    monkeypatch.setattr(telling, "children_bytes", lambda: 500_000_000)
    tell = Telling(schedule, 1, wait_s=lambda: waited[0], progress=lambda *given: told.append(given))
    tell.begin(4)
    clock[0], waited[0] = 130.0, 52.0
    tell(6, len(schedule), 1.5, 10.0, 40.0)  # two batches in 20 s beside 10 s of dev, and 2 s of waiting
    speed = (schedule.speech_s(6) - schedule.speech_s(4)) / 20
    left_s = (schedule.speech_s(len(schedule)) - schedule.speech_s(6)) / speed + 40
    note = f"loss 1.500 · {speed:.1f} s/s · data wait 10 % · 2.0 + 0.5 GB · {telling.duration(left_s, 'en')} left"
    assert told == [(6, len(schedule), note)]
    assert tell.workers_bytes == 500_000_000


def test_memory_is_of_this_process_and_of_those_it_started() -> None:
    import multiprocessing
    import os

    before = own_bytes()
    held = multiprocessing.get_context("fork").Event()
    process = multiprocessing.get_context("fork").Process(target=held.wait)
    process.start()
    try:
        assert process.pid in children(os.getpid())
        both, alone = held_bytes(os.getpid()), held_bytes(process.pid)
        assert both is not None
        assert alone is not None
        assert both >= before + 0.5 * alone > before
    finally:
        held.set()
        process.join()


class Listener(TrainerCallback):
    """Stands in for a program that is installed, and keeps what it is given."""

    logging_dir = ""
    heard: list[dict[str, float]]

    def __init__(self) -> None:
        type(self).heard = []

    def on_log(self, args: object, state: object, control: object, logs: object = None, **_: object) -> None:
        assert isinstance(logs, dict)
        type(self).heard.append(logs)


def test_only_what_is_named_gets_the_lines_of_the_curve(
    tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also in a Kubeflow job, whose callback the library adds unasked; and no line holds a text."""
    monkeypatch.setitem(integration_utils.INTEGRATION_TO_CALLBACK, "tensorboard", Listener)
    monkeypatch.setattr(integration_utils, "get_available_reporting_integrations", lambda: ["tensorboard"])
    monkeypatch.setattr("transformers.integrations.is_kubeflow_available", lambda: True)  # and then it would raise
    notes: list[str] = []
    settings = replace(SETTINGS, report_to=("tensorboard",))
    result = train(
        tiny, corpus, corpus, CLEAN, tmp_path, settings, seed=1, progress=lambda *given: notes.append(given[2])
    )
    lines = [json.loads(line) for line in (tmp_path / "curves.jsonl").read_text().splitlines()]
    figures = [{name: value for name, value in line.items() if name != "measured"} for line in lines]
    assert Listener.heard[:-1] == figures
    assert "train_runtime" in Listener.heard[-1]  # the library's own farewell
    assert all(isinstance(value, int | float) for line in figures for value in line.values())
    silent = train(tiny, corpus, corpus, CLEAN, tmp_path / "silent", SETTINGS, seed=1)
    assert silent.weights_sha256 == result.weights_sha256
    assert result.summary["peak_memory_workers_bytes"] > 1e7
    assert all("s/s · data wait" in note and "left" in note for note in notes)
    said = totals(result.summary, "en")
    assert f"{result.summary['steps']} of {result.summary['steps']} steps" in said
    assert not any(
        word in text for text in (*notes, said, *capsys.readouterr()) for u in corpus for word in u.text.split()
    )


def test_a_program_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integration_utils, "get_available_reporting_integrations", lambda: ["mlflow"])
    reporting.check(())
    reporting.check(("mlflow",))
    for name, package in (("tensorboard", "tensorboard"), ("flyte", "flytekit")):
        with pytest.raises(UserError, match=f"pip install {package}") as error:
            reporting.check(("mlflow", name))
        assert (error.value.code, error.value.exit_code) == ("train.report_missing", 7)
    for name in ("all", "none", "tensorbord"):
        with pytest.raises(UserError, match="wandb"):
            reporting.check((name,))
