"""Choosing within a training: planted figures, and the weights that come out; kills around every measuring."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from eval_suites.tally import Tally
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import current_language
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.train import checkpoints, disk, follow
from kowhisper_tel.train.choosing import choosing, hearing
from kowhisper_tel.train.choosing.figures import Figures, Heard
from kowhisper_tel.train.choosing.kept import Kept
from kowhisper_tel.train.choosing.weights import base_state, interpolate, mean
from kowhisper_tel.train.settings import ForgettingBudget, Lora, TrainSettings
from kowhisper_tel.train.task import Task, kept_weights
from kowhisper_tel.train.train import CLEAN, TrainResult, train
from kowhisper_tel.whisper import ct2, model
from kowhisper_tel.whisper.backends import ctranslate2

SETTINGS = TrainSettings(
    num_train_epochs=1,
    learning_rate=1e-3,
    batch_seconds=7.0,
    window_s=(2.0, 6.0),
    precision="fp32",
    save_steps=2,
    eval_steps=1,
    dev_utterances=2,
    dev_suites=("clean",),
    dataloader_num_workers=0,
    full_share=0.0,
    nospeech_share=0.0,
)
STEPS = 6
READ_ONCE = functools.cache(model.load_tokenizer)
Run = Callable[..., TrainResult]


@pytest.fixture(autouse=True)
def one_tokenizer(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it takes longer than such a training."""
    monkeypatch.setattr(model, "load_tokenizer", READ_ONCE)


@pytest.fixture
def run(tiny: Path, corpus: Manifest, tmp_path: Path) -> Run:
    def run(name: str = "out", tell: Any = None, resume: bool = False, **changes: Any) -> TrainResult:
        settings = replace(SETTINGS, **changes)
        return train(tiny, corpus, corpus, CLEAN, tmp_path / name, settings, seed=1, tell=tell, resume=resume)

    return run


def planted(*errors: tuple[int, int], clean: Iterator[float] | None = None) -> Callable[..., Figures]:
    """Stands for ``hear``: the errors of two strata, of 100 syllables each, from one measuring to the next."""
    coming = iter(errors)

    def hear(*_: Any, **__: Any) -> Figures:
        found = {
            name: Heard(Tally(100 - n, n), 0, 0, 5) for name, n in zip(("phone", "noisy"), next(coming), strict=True)
        }
        return Figures(found, {name: name for name in found}, {"clean": next(clean)} if clean else {})

    return hear


@pytest.fixture
def weights(run: Run, monkeypatch: pytest.MonkeyPatch) -> dict[int, dict[str, torch.Tensor]]:
    """What the training's weights are after each step."""
    found: dict[int, dict[str, torch.Tensor]] = {}
    with monkeypatch.context() as patch:
        patch.setattr(choosing, "hear", planted(*[(10, 10)] * (STEPS + 1)))
        patch.setattr(
            Kept, "put", lambda _, step, state: found.update({step: {n: t.clone() for n, t in state.items()}})
        )
        patch.setattr(Kept, "has", lambda *_: True)
        patch.setattr(Kept, "get", lambda _, step: found[step])
        run("weights")
    assert list(found) == [*range(1, STEPS + 1)]
    return found


def handed_over(result: TrainResult) -> dict[str, torch.Tensor]:
    return load_file(result.model / "model.safetensors")


def is_same(one: Any, other: Any) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_the_measured_step_that_the_rule_names_becomes_the_model(
    run: Run, weights: dict[int, Any], tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curve = [(40, 40), (30, 41), (20, 30), (10, 38), (35, 35), (20, 31), (22, 32)]
    for metric, best in (("worst_stratum", 2), ("mean_strata", 3), ("last", 6)):
        monkeypatch.setattr(choosing, "hear", planted(*curve))
        result = run(metric, metric_for_best_model=metric)
        choice = result.summary["choice"]
        assert choice["chosen"] == {"kind": "step", "step": best}
        assert is_same(handed_over(result), weights[best]), metric
        assert [c["strata"]["noisy"]["tally"]["substitutions"] for c in choice["candidates"]] == [n for _, n in curve]
        assert result.summary["steps"] == STEPS
        assert not (result.model.parent / "candidates").exists()
    assert run("none", dev_utterances=0).weights_sha256 == result.weights_sha256, "the weights know of no measuring"


def test_adapters_are_merged_into_what_is_kept(run: Run, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "hear", planted(*[(10, 10)] * (STEPS + 1)))
    chosen = run("chosen", lora=Lora(r=2), metric_for_best_model="last")
    unmeasured = run("unmeasured", lora=Lora(r=2), dev_utterances=0, forgetting="off")
    assert is_same(handed_over(chosen), handed_over(unmeasured))
    assert not is_same(handed_over(chosen), base_state(tiny))
    assert 0 <= chosen.summary["merged_difference"] < 1e-3


def test_patience_ends_the_training_with_the_best_weights(
    run: Run, weights: dict[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(choosing, "hear", planted((40, 40), (30, 30), (20, 20), (20, 20), (25, 20)))
    result = run(early_stopping_patience=2, tell=told.append)
    assert result.summary["steps"] == 4
    assert result.summary["choice"]["stopped"]["code"] == "choosing.stopped_early"
    assert told.count(result.summary["choice"]["stopped"][current_language()]) == 1
    assert is_same(handed_over(result), weights[3]), "of equals the later"


def test_forgetting_warns_once_and_leaves_the_choice_to_the_rule(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    clean = iter([0.10, 0.11, 0.20, 0.11, 0.30, 0.30, 0.30])
    monkeypatch.setattr(choosing, "hear", planted(*[(40 - n, 40) for n in range(7)], clean=clean))
    choice = run(tell=told.append, metric_for_best_model="mean_strata").summary["choice"]
    assert [warning["code"] for warning in choice["warnings"]] == ["choosing.fell"]
    assert told.count(choice["warnings"][0][current_language()]) == 1
    assert [candidate["falls"] for candidate in choice["candidates"]] == [[], [], ["clean"], [], *[["clean"]] * 3]
    assert choice["chosen"]["step"] == 6


def test_forgetting_stops_with_the_best_weights_so_far(
    run: Run, weights: dict[int, Any], tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curve = [(40, 40), (30, 30), (35, 35), (10, 10)]
    monkeypatch.setattr(choosing, "hear", planted(*curve, clean=iter([0.1, 0.1, 0.1, 0.2])))
    result = run("stopped", forgetting="stop")
    assert result.summary["steps"] == 3
    assert result.summary["choice"]["stopped"]["code"] == "choosing.stopped_forgetting"
    assert is_same(handed_over(result), weights[1])
    monkeypatch.setattr(choosing, "hear", planted((40, 40), (10, 10), clean=iter([0.1, 0.2])))
    result = run("at_once", forgetting="stop")
    assert result.summary["choice"]["chosen"] == {"kind": "base", "step": 0}
    assert is_same(handed_over(result), base_state(tiny))
    # Mixed with the base, the weights that forgot are the cure.
    monkeypatch.setattr(choosing, "hear", planted((40, 40), (10, 10), (30, 30), clean=iter([0.1, 0.2, 0.11])))
    result = run("cured", forgetting="stop", interpolate=(0.5,))
    assert result.summary["choice"]["chosen"] == {"kind": "interpolation", "step": 1, "alpha": 0.5}
    assert is_same(handed_over(result), interpolate(base_state(tiny), weights[1], 0.5))
    budget = ForgettingBudget(clean=20.0)
    monkeypatch.setattr(choosing, "hear", planted(*[(40, 40)] * 7, clean=iter([0.1] + [0.2] * 6)))
    assert run("allowed", forgetting="stop", forgetting_budget=budget).summary["steps"] == STEPS


def test_mixtures_are_candidates_like_any_other(
    run: Run, weights: dict[int, Any], tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [(40, 40), (35, 35), (25, 25), (30, 30), (31, 31), (32, 32), (33, 33)]
    asked = {"interpolate": (0.3, 1.0, 0.7), "average_last": 3}
    names = [("average", None), ("interpolation", 0.7), ("interpolation", 0.3)]
    for best, (kind, alpha) in enumerate(names):
        mixtures = [(20, 20) if place == best else (38, 38) for place in range(3)]
        monkeypatch.setattr(choosing, "hear", planted(*steps, *mixtures))
        result = run(f"best{best}", **asked)
        choice = result.summary["choice"]
        assert [(c["kind"], c.get("alpha")) for c in choice["candidates"]][-3:] == names
        assert (choice["chosen"]["kind"], choice["chosen"].get("alpha")) == (kind, alpha)
        expected = mean(weights[n] for n in (4, 5, 6)) if kind == "average" else (
            interpolate(base_state(tiny), weights[2], alpha)
        )  # fmt: skip
        assert is_same(handed_over(result), expected)
    monkeypatch.setattr(choosing, "hear", planted(*steps, *[(38, 38)] * 3))
    assert is_same(handed_over(run("none_better", **asked)), weights[2])


def test_measuring_mixtures_is_time_of_dev(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    hear = planted(*[(20, 20)] * 8)

    def slowly(*given: Any, **more: Any) -> Figures:
        time.sleep(1.0 if next(counted) == 7 else 0.0)
        return hear(*given, **more)

    counted = itertools.count()
    monkeypatch.setattr(choosing, "hear", slowly)
    told = run(interpolate=(0.5,)).summary
    assert next(counted) == 8
    assert told["wall_s"] >= told["dev_s"] >= 1.0


class KilledError(BaseException):
    """The process ends here, as far as the files know."""


def by_weights(state: Any, *_: Any, **__: Any) -> Figures:
    """Figures that follow from the weights, up and down."""
    digest = hashlib.sha256(state["model.decoder.layer_norm.weight"].numpy().tobytes()).digest()
    heard = {
        "phone": Heard(Tally(0, 50 + digest[0] % 50), 0, 0, 5),
        "noisy": Heard(Tally(0, 50 + digest[1] % 50), 0, 0, 5),
    }
    return Figures(heard, {name: name for name in heard}, {"clean": digest[2] / 1000})


PLACES = [(checkpoints, "seal"), (Kept, "put"), (Kept, "only"), (follow.Follow, "_write"), (choosing, "hear")]
KILLS = [
    (*PLACES[3], 4, False),  # from the beginning, beyond the first checkpoint
    *((*place, 2, before) for before in (True, False) for place in PLACES),
    (*PLACES[4], 3, True),  # at the first mixture
]


def test_a_kill_at_any_place_around_a_measuring_changes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "hear", by_weights)
    changes = {"average_last": 2, "interpolate": (0.5,)}
    whole = run("whole", **changes)
    for owner, name, call, before in KILLS:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, dying(getattr(owner, name), call, before))
            with pytest.raises(KilledError):
                run("killed", resume=True, **changes)
    result = run("killed", resume=True, **changes)
    assert_same(result, whole)
    assert result.summary["resumed_from_step"] == 4


def test_a_kill_once_patience_has_ended_ends_it_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def worse_and_worse(state: Any, *_: Any, **__: Any) -> Figures:
        moved = (state["model.decoder.layer_norm.weight"] - 1).abs().max().item()
        return Figures({"phone": Heard(Tally(0, 50 + round(1e6 * moved)), 0, 0, 5)}, {"phone": "phone"})

    monkeypatch.setattr(choosing, "hear", worse_and_worse)
    changes = {"early_stopping_patience": 2}
    whole = run("whole", **changes)
    assert whole.summary["steps"] == 3
    with monkeypatch.context() as patch:
        patch.setattr(choosing.Choosing, "finish", dying(choosing.Choosing.finish, 1, True))
        with pytest.raises(KilledError):
            run("killed", **changes)
    assert_same(run("killed", resume=True, **changes), whole)


def assert_same(one: TrainResult, other: TrainResult) -> None:
    """Weights, choice and curves."""
    assert one.weights_sha256 == other.weights_sha256
    choices = [{**result.summary["choice"], "measuring_s": 0} for result in (one, other)]
    assert choices[0] == choices[1]
    curves = [(result.model.parent / "curves.jsonl").read_bytes() for result in (one, other)]
    assert curves[0] == curves[1]


def dying(function: Any, call: int, before: bool) -> Any:
    calls = []

    def call_it(*args: Any, **rest: Any) -> Any:
        calls.append(None)
        if len(calls) < call:
            return function(*args, **rest)
        if not before:
            function(*args, **rest)
        raise KilledError

    return call_it


def test_damaged_weights_are_not_handed_over(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "hear", by_weights)
    whole = run("whole")
    with monkeypatch.context() as patch:
        patch.setattr(follow.Follow, "_write", dying(follow.Follow._write, 6, False))
        with pytest.raises(KilledError):
            run("damaged")
    for weights in (tmp_path / "damaged" / "candidates").rglob("*.safetensors"):
        weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\0")
    result = run("damaged", resume=True)
    assert result.summary["resumed_from_step"] == 0, "no checkpoint leads to the same choice"
    assert result.weights_sha256 == whole.weights_sha256


UP_AND_DOWN = [(40, 40), (10, 10), (30, 30), (5, 5), (30, 30)]
"""The best step is the first at the first checkpoint, the third at the second."""


def killed_after_two_checkpoints(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "hear", planted(*UP_AND_DOWN))
    with pytest.raises(StopIteration):
        run()


def test_a_resume_leaves_the_checkpoint_before_the_newest_its_weights(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after_two_checkpoints(run, monkeypatch)
    with pytest.raises(StopIteration):
        run(resume=True)
    (tmp_path / "out" / "checkpoints" / "checkpoint-4" / "optimizer.pt").write_bytes(b"")
    monkeypatch.setattr(choosing, "hear", planted(*[(30, 30)] * 4))
    result = run(resume=True)
    assert result.summary["resumed_from_step"] == 2
    assert result.summary["choice"]["chosen"]["step"] == 1


def test_weights_that_are_kept_already_need_no_more_room(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after_two_checkpoints(run, monkeypatch)
    held = sum(file.stat().st_size for file in (tmp_path / "out").rglob("*") if file.is_file())
    monkeypatch.setattr(disk, "needed_bytes", lambda *_: 10**9)
    monkeypatch.setattr(disk, "_free_bytes", lambda _: 10**9 - held)
    monkeypatch.setattr(choosing, "hear", planted(*[(30, 30)] * 2))
    assert run(resume=True).summary["resumed_from_step"] == 4


def test_no_more_weights_are_kept_than_room_was_asked_for(
    run: Run, tiny: Path, corpus: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    put = Kept.put

    def counted(kept: Kept, step: int, state: Any) -> None:
        put(kept, step, state)
        seen.append(len(list(kept.folder.glob("step-*"))))

    monkeypatch.setattr(Kept, "put", counted)
    for changes, most in (({"save_steps": 1}, 4), ({"save_steps": 1, "average_last": 2}, 5), ({"eval_steps": 3}, 2)):
        monkeypatch.setattr(choosing, "hear", planted(*[(40 - n, 40 - n) for n in range(8)]))
        run(str(changes), **changes)
        task = Task(tiny, corpus, corpus, CLEAN, None, replace(SETTINGS, **changes), 1, "fp32")
        assert max(seen) == most <= kept_weights(task, STEPS) <= STEPS
        seen.clear()


def test_the_engine_finds_the_memory_of_the_gpu_that_the_training_does_not_use(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[str] = []

    def opened(*_: Any) -> None:
        done.append("opened")
        raise KilledError

    monkeypatch.setattr(hearing, "trim_gpu", lambda: done.append("freed"))
    monkeypatch.setattr(ct2, "convert_loaded", lambda *_: tmp_path)
    monkeypatch.setattr(ctranslate2, "Ct2Backend", opened)
    with pytest.raises(KilledError):
        hearing.hear(base_state(tiny), tiny, None, None, tmp_path / "converted", language="ko")
    assert done == ["freed", "opened"]


def test_real_figures_of_every_kind_are_written_and_none_touches_the_weights(run: Run, tmp_path: Path) -> None:
    result = run(dev_suites=("clean", "phone_g711", "nospeech_g711"), dev_utterances=1, eval_steps=6,
                 metric_for_best_model="last")  # fmt: skip
    lines = [json.loads(line) for line in (tmp_path / "out" / "curves.jsonl").read_text().splitlines()]
    measured = [line for line in lines if "dev_cer" in line]
    assert [line["step"] for line in measured] == [0, 6]
    wanted = {"dev_cer", "dev_cer_clean", "dev_cer_phone", "dev_loops", "dev_utterances", "forgetting_clean",
              "forgetting_language", "forgetting_nospeech"}  # fmt: skip
    assert all(wanted <= line.keys() for line in measured)
    assert measured[0]["dev_utterances"] == 2
    assert result.weights_sha256 == run("none", dev_utterances=0).weights_sha256


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("choosing.no_dev", {"interpolate": (0.5,), "dev_utterances": 0}),
        ("choosing.no_dev", {"forgetting": "stop", "dev_suites": ()}),
        ("choosing.patience", {"early_stopping_patience": 1, "metric_for_best_model": "last"}),
        ("choosing.alpha", {"interpolate": (0.5, 1.5)}),
        ("choosing.average", {"average_last": 1}),
        ("eval.suite_unknown", {"dev_suites": ("clear",)}),
    ],
)
def test_what_cannot_be_had_is_refused_before_anything_is_written(
    code: str, changes: dict[str, Any], run: Run, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as error:
        run(**changes)
    assert error.value.code == code
    assert error.value.text("ko")
    assert error.value.text("en")
    assert not (tmp_path / "out").exists()


def test_without_dev_the_last_step_is_handed_over_and_said_to_be(tiny: Path, corpus: Manifest, tmp_path: Path) -> None:
    result = train(tiny, corpus, None, CLEAN, tmp_path / "out", SETTINGS, seed=1)
    choice = result.summary["choice"]
    assert (choice["chosen"]["step"], choice["why"]["code"]) == (STEPS, "choosing.why_unmeasured")
