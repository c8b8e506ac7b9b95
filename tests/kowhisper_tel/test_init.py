"""``run init``: five answers make a config that stands; ``run all --dry-run`` says what it would do."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import yaml

from kowhisper_tel.commands import first_config, loop
from kowhisper_tel.commands import init as command
from kowhisper_tel.commands.init import init
from kowhisper_tel.config_file import load_config
from kowhisper_tel.core.errors import UserError


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of 16 GB without a GPU."""
    monkeypatch.setattr("kowhisper_tel.doctor.checks.memory.room", lambda: (16 * 10**9, "cpu"))


def recordings(folder: Path, speakers: int, clips: int = 2) -> Path:
    for speaker in range(speakers):
        place = folder / f"s{speaker}" if speakers > 1 else folder
        place.mkdir(parents=True, exist_ok=True)
        for clip in range(clips):
            (place / f"{clip}.wav").write_bytes(b"RIFF")
            (place / f"{clip}.txt").write_text("네 알겠습니다", encoding="utf-8")
    return folder


def test_a_folder_of_wav_and_txt(tmp_path: Path) -> None:
    recordings(tmp_path / "calls", 4)
    out = init(tmp_path / "calls", "mine", "wheels_only", "base", out=tmp_path / "my.yaml")
    config = load_config(out)
    (corpus,) = config.data.corpora
    assert (corpus.kind, corpus.options, config.data.split) == ("folder", {"speaker_from": "parent"}, "6:2:2")
    assert config.train is not None
    assert (config.train.recipe, config.train.channels, config.train.num_train_epochs) == ("base-cpu", "wheels_only", 1)
    assert (config.model, config.evaluate.size) == ("builtin/whisper-base", "smoke")
    assert yaml.safe_load(out.read_text(encoding="utf-8"))["data"]["corpora"][0]["path"] == "calls"


def test_standard_takes_all_and_the_defaults_and_many_speakers_are_divided_finer(tmp_path: Path) -> None:
    recordings(tmp_path / "calls", 12)
    (tmp_path / "configs").mkdir()
    out = init(tmp_path / "calls", "mine", "any_call", "small", "standard", out=tmp_path / "configs" / "my.yaml")
    config = load_config(out)
    assert (config.data.split, config.model) == ("8:1:1", "openai/whisper-small")
    assert config.train is not None
    assert (config.train.num_train_epochs, config.train.dev_utterances) == (3, 10)
    assert config.evaluate.suites == ["all"]
    assert config.data.corpora[0].limit is None
    assert Path(str(config.data.corpora[0].path)) == (tmp_path / "calls").resolve()


def test_without_speakers_utterances_are_divided_and_many_are_sampled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_config, "TRIED", 3)
    recordings(tmp_path / "calls", 1, clips=5)
    out = init(tmp_path / "calls", "mine", "wheels_only", "base", out=tmp_path / "my.yaml")
    config = load_config(out)
    assert config.data.split_by == "utterance"
    assert config.data.corpora[0].limit == 3
    assert "hears trained voices" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (("calls", "mine", "wheels_only", "huge"), "init.size"),
        (("calls", "mine", "wheels_olny", "base"), "config.channel"),
        (("calls", "my calls", "wheels_only", "base"), "config.invalid"),
        (("calls", "mine", "wheels_only", "base", "hard"), "init.effort"),
        (("empty", "mine", "wheels_only", "base"), "init.no_fit"),
        (("none", "mine", "wheels_only", "base"), "prepare.folder"),
    ],
)
def test_an_answer_that_cannot_stand_writes_nothing(tmp_path: Path, answers: tuple[str, ...], code: str) -> None:
    recordings(tmp_path / "calls", 3)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError) as error:
        init(tmp_path / answers[0], *answers[1:], out=tmp_path / "my.yaml")
    assert error.value.code == code
    assert not (tmp_path / "my.yaml").exists()


def test_an_earlier_config_stays(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("name: old\n")
    with pytest.raises(UserError) as error:
        init(tmp_path, "mine", "wheels_only", "base", out=tmp_path / "my.yaml")
    assert error.value.code == "init.exists"
    assert (tmp_path / "my.yaml").read_text() == "name: old\n"


def test_five_questions_are_asked_at_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    recordings(tmp_path / "calls", 3)
    monkeypatch.setattr(sys, "stdin", Terminal(f"{tmp_path / 'calls'}\n\nwheels_only\n\n\n"))
    command.command(out=tmp_path / "my.yaml")
    config = load_config(tmp_path / "my.yaml")
    assert config.name == "calls"
    assert config.train is not None
    assert config.train.channels == "wheels_only"
    said = "".join(capsys.readouterr())
    assert [f"{number}/5" in said for number in range(1, 6)] == [True] * 5


@pytest.mark.parametrize("words", [{}, {"yes": True}])
def test_without_a_terminal_or_answers_it_says_which_lack(words: dict[str, bool], tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        command.command(out=tmp_path / "my.yaml", **words)
    assert error.value.code == "init.answers"
    assert "--data" in error.value.text("en")


def test_the_size_proposed_follows_the_memory() -> None:
    assert first_config.likely_size(first_config.sizes()) == "base"
    assert first_config.likely_size({"large-v3": "large-v3-24gb", "turbo": "turbo-24gb"}) == "turbo"
    assert first_config.likely_size({}) == "base"


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recordings(tmp_path / "calls", 4)
    out = init(tmp_path / "calls", "mine", "wheels_only", "base", out=tmp_path / "my.yaml")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    loop.all_(config=out, dry_run=True)
    said = capsys.readouterr().out
    assert "8 utterances, 0 rejects, 4 speakers" in said
    assert "train: phone from builtin/whisper-base, 1 epochs, channels wheels_only" in said
    assert "evaluate: clean, phone, noisy (smoke)" in said
    assert sorted(tmp_path.rglob("*")) == before
