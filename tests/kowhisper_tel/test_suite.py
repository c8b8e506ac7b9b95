"""``run suite``, and what a config says of suites: paths, early refusals, what is left out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from kowhisper_tel.commands import build, tested
from kowhisper_tel.commands.checks import check
from kowhisper_tel.commands.run_folder import Run
from kowhisper_tel.config_file import load_config
from kowhisper_tel.core import language
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_chosen", "en")


def prepared(folder: Path, **evaluate: object) -> Path:
    """The config of a run whose test set is there: eight clips, two speakers, one amount."""
    utterances = []
    for number in range(8):
        write_audio(
            folder / "audio" / f"{number}.wav", np.random.default_rng(number).normal(0, 0.1, 8000).astype(np.float32)
        )
        text = "이만 삼천 원입니다" if number == 3 else "네 알겠습니다"
        utterances.append(
            Utterance(
                f"u{number}", f"../../../audio/{number}.wav", text, speaker=f"s{number % 2}", tags={"role": "agent"}
            )
        )
    manifests = folder / "runs" / "mine" / "manifests"
    Manifest(manifests, tuple(utterances)).write(manifests / "test.jsonl")
    config = {
        "name": "mine",
        "runs": str(folder / "runs"),
        "data": {"corpora": [{"kind": "demo"}]},
        "evaluate": {"suites": ["clean"], **evaluate},
    }
    (folder / "mine.yaml").write_text(json.dumps(config), encoding="utf-8")
    return folder / "mine.yaml"


def invoke(*words: str) -> str:
    done = CliRunner().invoke(build(), ["suite", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_list_names_all_with_size_and_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a demo that has been run has a manifest, and then the list is of that
    listed = {line.split()[0]: line for line in invoke("list").splitlines()}
    assert {"clean", "noisy_10", "phone_amr_4.75", "real_phone_tandem_g711_a"} <= listed.keys()
    assert " smoke " in listed["noisy_10"]
    assert " * " in listed["noisy_10"], "babble is not in the default training"
    assert " full " in listed["phone_opus_nb_24"]
    assert len(invoke("list", "--size", "smoke").splitlines()) < 12
    told = json.loads(invoke("list", "--json"))
    by_name = {suite["name"]: suite for suite in told["suites"]}
    assert by_name["phone_amr_4.75"]["smallest_size"] == "smoke"
    assert by_name["phone_amr_4.75"]["conditions"]["bitrate_kbps"] == 4.75
    assert by_name["clean"]["fingerprint"] in listed["clean"]
    assert "phone_evrc" in {left["name"] for left in told["left_out"]}


def test_list_of_a_prepared_run_says_what_it_cannot_fill(tmp_path: Path) -> None:
    told = json.loads(invoke("list", "--json", "--config", str(prepared(tmp_path))))
    assert "numbers_amount" in {suite["name"] for suite in told["suites"]}
    assert {"numbers_date", "real_phone"} <= {left["name"] for left in told["left_out"]}


def test_show_tells_the_channel(tmp_path: Path) -> None:
    shown = invoke("show", "phone_loss_random_20")
    assert "loss rate 0.2" in shown
    assert "real_phone ≠ yes" in shown
    assert invoke("show", "phone_preset_voip").count("channel:") == 5
    told = json.loads(invoke("show", "noisy_line_hum_5", "--json", "--size", "full"))
    assert (told["conditions"]["place"], told["sample"], len(told["fingerprint"])) == ("line", None, 16)
    (tmp_path / "own.yaml").write_text("- {name: mine, channel: [{effect: band}]}")
    assert "band(" in invoke("show", "mine", "--config", str(prepared(tmp_path, suites=["own.yaml"])))
    with pytest.raises(UserError) as caught:
        invoke("show", "phone_los_5")
    assert "phone_loss_5" in caught.value.text("en")


def test_without_training_nothing_is_heard_or_unheard_in_it(tmp_path: Path) -> None:
    config = str(prepared(tmp_path))
    assert " * " not in invoke("list", "--config", config, "--set", "train=null")
    assert " * " in invoke("list", "--config", config)
    assert "heard in training: -" in invoke("show", "noisy_10", "--config", config, "--set", "train=null")
    assert "heard in training: no" in invoke("show", "noisy_10", "--config", config)


def test_show_says_what_a_suite_takes(tmp_path: Path) -> None:
    config = str(prepared(tmp_path))
    assert "utterances: 20 items of its own" in invoke("show", "nospeech_silence", "--size", "full")
    assert "content = date" in invoke("show", "numbers_date", "--config", config), "though none belongs to it"


def test_export_of_a_run_and_of_a_manifest(tmp_path: Path) -> None:
    config = str(prepared(tmp_path))
    printed = invoke("export", "--config", config, "clean", "numbers_amount_amr_12.2", str(tmp_path / "out"))
    stored = json.loads((tmp_path / "out" / "suites.json").read_text(encoding="utf-8"))["suites"]
    assert [(suite["name"], suite["clips"]) for suite in stored] == [("clean", 8), ("numbers_amount_amr_12.2", 1)]
    assert [line.split() for line in printed.splitlines()] == [[s["name"], s["fingerprint"]] for s in stored]
    assert "licen" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8").lower()
    manifest = str(tmp_path / "runs" / "mine" / "manifests" / "test.jsonl")
    invoke("export", "--manifest", manifest, "clean", str(tmp_path / "other"), "--size", "smoke")
    for words, code in (
        (["clean", str(tmp_path / "out")], "suites.export_exists"),
        ([str(tmp_path / "new")], "suites.export_unknown"),
        (["real_phone", str(tmp_path / "new")], "suites.stratum_unfilled"),
    ):
        with pytest.raises(UserError) as caught:
            invoke("export", "--config", config, *words)
        assert caught.value.code == code
    assert not (tmp_path / "new").exists()


def test_paths_are_taken_from_the_config_files_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = prepared(tmp_path, suites=["own.yaml", "clean"], cache="kept")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings = load_config(path).evaluate
    assert settings.suites == [str(tmp_path / "own.yaml"), "clean"]
    assert settings.cache == str(tmp_path / "kept")
    assert (settings.size, load_config(path, ["evaluate.cache=null"]).evaluate.cache) == ("standard", None)


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("evaluate.suites=[phone_amr_4.7]", "eval.suite_unknown"),
        ("evaluate.suites=[speaker_rate_9]", "eval.suite_unknown"),
        ("evaluate.suites=[phone_evrc]", "suites.unavailable"),
        ("evaluate.suites=[none.yaml]", "suites.file_missing"),
        ("evaluate.suites=[own.yaml]", "suites.file_key"),
        ("evaluate.noise=purple", None),
    ],
)
def test_what_would_fail_late_is_refused_early(tmp_path: Path, setting: str, code: str | None) -> None:
    (tmp_path / "own.yaml").write_text("- {nam: mine}")
    config = load_config(prepared(tmp_path), [setting])
    if code is None:
        check(config)
        return
    with pytest.raises(UserError) as caught:
        check(config)
    assert caught.value.code == code


def test_suites_that_only_the_manifest_knows_pass_the_early_check(tmp_path: Path) -> None:
    path = prepared(tmp_path)
    check(load_config(path, ["evaluate.suites=[all, speaker_age_30s, real_phone]"]))
    with pytest.raises(UserError) as caught:
        check(load_config(path, ["evaluate.size=huge"]))
    assert caught.value.code == "config.invalid"


def test_what_the_test_set_cannot_fill_is_known_after_prepare(tmp_path: Path) -> None:
    config = load_config(prepared(tmp_path, suites=["all"]))
    choice = tested.choice_of(Run(config, Path(config.runs) / config.name))
    assert {"clean", "numbers_amount"} <= {suite.name for suite in choice.suites}
    assert "real_phone" in {left.name for left in choice.left_out}
    assert next(suite for suite in choice.suites if suite.name == "noisy_5").unseen
    config = load_config(prepared(tmp_path, suites=["clean", "real_phone"]))
    with pytest.raises(UserError) as caught:
        tested.suites_of(Run(config, Path(config.runs) / config.name))
    assert caught.value.code == "suites.stratum_unfilled"
