"""The forecast: its arithmetic by planted speeds, and the real thing beside what then happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.commands.forecasting import described
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.windows import Packing
from kowhisper_tel.train import disk
from kowhisper_tel.train.follow import measurements
from kowhisper_tel.train.forecast import Costs, Load, Speeds, chosen, forecast, seconds, window_s
from kowhisper_tel.train.schedule import Schedule
from kowhisper_tel.train.settings import Lora, TrainSettings
from kowhisper_tel.train.train import CLEAN, Task, train

SETTINGS = TrainSettings(
    num_train_epochs=3,
    batch_seconds=3.0,
    window_s=(2.0, 6.0),
    precision="fp32",
    save_steps=10,
    dev_utterances=2,
    dataloader_num_workers=0,
)
amounts = st.floats(0.01, 100.0)


@given(compute_s=amounts, made_s=amounts, windows_s=st.floats(1.0, 1e5), workers=st.integers(0, 8))
def test_planted_speeds_give_the_time_of_a_pipeline(
    compute_s: float, made_s: float, windows_s: float, workers: int
) -> None:
    """Beside a simulation: workers that each make a batch in turn, a trainer that takes them in order."""
    load = Load(steps=400, audio_s=windows_s, window_s=windows_s, dev_measurements=3, checkpoints=2)
    parts = seconds(load, Speeds(5.0, compute_s, made_s, 7.0, 11.0, 13.0), workers)
    each, free, now = windows_s / 400, [0.0] * max(workers, 1), 0.0
    for batch in range(400):
        if workers == 0:
            now += each * made_s
        else:
            free[batch % workers] += each * made_s
            now = max(now, free[batch % workers])
        now += each * compute_s
    assert parts["training_s"] == pytest.approx(now, rel=0.05)  # the first batch is waited for by all
    assert parts["total_s"] == pytest.approx(parts["training_s"] + 5 + 3 * 7 + 2 * 11 + 13)
    assert 0 <= parts["data_wait_s"] <= parts["training_s"]


@given(steps=st.integers(1, 300), every=st.one_of(st.floats(0.01, 0.99), st.integers(1, 400).map(float)))
def test_measurements_are_counted_as_they_fall_due(steps: int, every: float) -> None:
    settings = replace(SETTINGS, eval_steps=every)
    whole = max(1, round(every * steps if every < 1 else every))
    due = [step for step in range(1, steps + 1) if step == steps or step % whole == 0]
    assert measurements(settings, steps, steps) == len(due)
    assert measurements(settings, steps - 1, steps) == len([step for step in due if step < steps])


def test_the_batches_chosen_are_spread_and_the_largest_comes_first() -> None:
    schedule = Schedule([3.0] * 400, [10] * 400, seed=1, epochs=2, packing=Packing((4.0, 30.0), 60.0))
    numbers = chosen(schedule, 6)
    sizes = [len(schedule[n].windows) * schedule[n].length for n in range(len(schedule)) if schedule[n].epoch == 0]
    assert sizes[numbers[0]] == max(sizes)
    assert all(schedule[n].epoch == 0 for n in numbers)
    lengths = [schedule[n].length for n in numbers[1:]]
    assert lengths == sorted(lengths)
    assert lengths[0] < sorted(schedule[n].length for n in range(len(sizes)))[len(sizes) // 3]
    assert window_s(schedule, range(len(schedule))) >= schedule.speech_s(len(schedule))


def test_what_is_forecast_is_what_happens(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    task = Task(tiny, corpus, corpus, CLEAN, CLEAN, SETTINGS, 1, "fp32")
    before = sorted(tmp_path.rglob("*"))
    cost = forecast(task, measured_steps=2)
    assert sorted(tmp_path.rglob("*")) == before
    seen: list[int] = []

    def look(step: int, steps: int, note: str) -> None:
        seen.append(sum(file.stat().st_size for file in (tmp_path / "out").rglob("*") if file.is_file()))

    result = train(tiny, corpus, corpus, CLEAN, tmp_path / "out", SETTINGS, seed=1, progress=look)
    assert cost.steps == result.summary["steps"] > 20
    assert cost.audio_s == pytest.approx(result.summary["audio_s"], abs=0.01)
    assert cost.disk_bytes == pytest.approx(max(seen) + cost.checkpoint_bytes, rel=0.2), "one more is being written"
    files = sum(file.stat().st_size for file in result.model.iterdir())
    assert cost.model_bytes == pytest.approx(files, rel=0.01)
    assert cost.memory_bytes == pytest.approx(result.summary["peak_memory_bytes"], rel=0.25)
    for language in ("en", "ko"):
        assert str(cost.steps) in described("phone", cost, language)[0]
    assert Costs(**cost.to_json()) == cost


def test_room_is_wanted_for_what_a_forecast_writes_alone(
    tiny: Path, corpus: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for the weights that a training would keep: the temporary folder may lie on a small disk."""
    asked: list[int] = []
    monkeypatch.setattr(disk, "check_room", lambda out, model, keep, weights: asked.extend((keep, weights)))
    settings = replace(SETTINGS, dev_suites=("clean",), forgetting="off", eval_steps=1)
    forecast(Task(tiny, corpus, corpus, CLEAN, None, settings, 1, "fp32"), measured_steps=1)
    assert asked == [1, 0]


def test_adapters_are_merged_for_dev_and_for_the_model(tiny: Path, corpus: Manifest) -> None:
    """On batches of the whole training, of which the trial has but a few."""
    settings = replace(SETTINGS, lora=Lora(r=2), dev_suites=("clean",), forgetting="off")
    cost = forecast(Task(tiny, corpus, corpus, CLEAN, None, settings, 1, "fp32"), measured_steps=1)
    assert cost.steps > cost.steps_run
    assert cost.dev_s > 0 < cost.model_bytes
    assert cost.checkpoint_bytes < cost.model_bytes
