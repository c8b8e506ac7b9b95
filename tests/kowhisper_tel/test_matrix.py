"""The matrix of a config: which models are compared, and what is refused before anything runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval_suites.models import Post
from kowhisper_tel.commands import matrix
from kowhisper_tel.commands.checks import check
from kowhisper_tel.config import Config
from kowhisper_tel.config_file import dump_config, load_config
from kowhisper_tel.core.errors import UserError


def config(folder: Path, train: Any = "absent", **evaluate: Any) -> Config:
    values: dict[str, Any] = {"name": "m", "data": {"corpora": [{"kind": "demo"}]}}
    values["evaluate"] = {"suites": ["clean"], "device": "cpu", **evaluate}
    if train != "absent":
        values["train"] = train
    (folder / "c.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return load_config(folder / "c.yaml")


def specs(found: Config) -> dict[str, Any]:
    return matrix.specs(found, lambda name: Path("tuned") / name)


def test_without_a_list_the_base_and_the_tuned_ones(tmp_path: Path) -> None:
    found = specs(config(tmp_path))
    assert {name: spec.role for name, spec in found.items()} == {
        "base": "base", "clean": "control", "phone": "candidate",
    }  # fmt: skip
    assert found["phone"].folder == Path("tuned/phone")
    assert list(specs(config(tmp_path, None))) == ["base"]


def test_quantisations_engines_roles_and_decoding(tmp_path: Path) -> None:
    models = [
        {"name": "small", "model": "builtin/whisper-base", "quantisation": ["int8", "float32"]},
        {"name": "slow", "model": "phone", "engine": "transformers", "role": "other"},
        {"name": "one", "model": "clean", "quantisation": "float32", "decoding": {"beam_size": 5, "previous": "환불"}},
    ]
    found = specs(config(tmp_path, models=models))
    assert list(found) == ["small-int8", "small-float32", "slow", "one"]
    assert [spec.quantisation for spec in found.values()] == ["int8", "float32", None, "float32"]
    assert [spec.engine for spec in found.values()] == [None, None, "transformers", None]
    assert [spec.role for spec in found.values()] == ["base", "base", "other", "control"]
    assert found["one"].decoding == {"beam_size": 5, "previous": "환불"}
    check(config(tmp_path, models=models), evaluates=True)


def test_other_recognisers_and_post_processing(tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text("id,text\na,네\n")
    (tmp_path / "words.txt").write_text("환불\n", encoding="utf-8")
    (tmp_path / "hear.py").touch()
    models = [
        {"name": "ours", "model": "builtin/whisper-base"},
        {"name": "theirs", "command": [sys.executable, "hear.py"], "options": {"timeout_s": 5}},
        {"name": "cloud", "url": "https://example.org/hear", "options": {"retries": 1}},
        {"name": "sheet", "file": "said.csv"},
    ]
    post = [{"name": "words", "models": ["ours", "sheet"], "options": {"words": "words.txt"}}]
    made = config(tmp_path, None, models=models, post=post)
    check(made, evaluates=True)
    found = specs(made)
    assert list(found) == ["ours", "theirs", "cloud", "sheet", "ours+words", "sheet+words"]
    assert [spec.engine for spec in found.values()][1:4] == ["command", "command", "replay"]
    assert found["theirs"].settings == {"command": [sys.executable, str(tmp_path / "hear.py")], "timeout_s": 5}
    assert found["ours+words"].post == Post("ours", "hotwords", {"words": str(tmp_path / "words.txt")})
    assert specs(load_config_again(tmp_path, made)) == found


def load_config_again(folder: Path, made: Config) -> Config:
    (folder / "again.yaml").write_text(dump_config(made), encoding="utf-8")
    return load_config(folder / "again.yaml")


def test_a_key_is_filled_in_late_and_never_dumped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STT_KEY", "s3cr3t-value")
    cloud = {
        "name": "cloud", "url": "https://example.org/?key=${STT_KEY}",
        "options": {"headers": {"Authorization": "Bearer ${STT_KEY}"}},
    }  # fmt: skip
    program = {"name": "program", "command": [sys.executable, "--key=${STT_KEY}"]}
    made = config(tmp_path, None, models=[cloud, program])
    check(made)
    assert "s3cr3t" not in dump_config(made) + repr(specs(made)) + made.model_dump_json()
    monkeypatch.delenv("STT_KEY")
    with pytest.raises(UserError, match="STT_KEY") as error:
        check(made, evaluates=True)
    assert error.value.code == "eval.variable"
    check(made)  # no key is needed to train, nor to make the report again


def test_only_who_evaluates_needs_programs_and_files(tmp_path: Path) -> None:
    models = [{"name": "a", "file": "none.csv"}, {"name": "b", "command": ["no-such-program-here"]}]
    check(config(tmp_path, models=models, post=[{**WORDS, "models": ["a"], "options": {"words": "none.txt"}}]))
    with pytest.raises(UserError) as error:
        check(config(tmp_path, models=[{"name": "a", "url": "https://example.org", "options": {"retry": 1}}]))
    assert error.value.code == "eval.recogniser"


OURS = {"name": "ours", "model": "builtin/whisper-base"}
WORDS = {"name": "w", "models": ["ours"], "options": {"words": ["네"]}}


@pytest.mark.parametrize(
    ("evaluate", "code"),
    [
        ({"models": []}, "config.invalid"),
        ({"models": [{"name": "a"}]}, "config.invalid"),
        ({"models": [{**OURS, "url": "https://example.org"}]}, "config.invalid"),
        ({"models": [{**OURS, "quantization": "int8"}]}, "config.invalid"),
        ({"models": [{**OURS, "engine": "whisper.cpp"}]}, "config.invalid"),
        ({"models": [{**OURS, "role": "best"}]}, "config.invalid"),
        ({"models": [{**OURS, "name": "../up"}]}, "config.invalid"),
        ({"models": [{**OURS, "decoding": {"beams": 3}}]}, "config.invalid"),
        ({"models": [{"name": "a", "file": "x.csv", "quantisation": "int8"}]}, "config.invalid"),
        ({"models": [OURS, OURS]}, "matrix.twice"),
        ({"models": [{**OURS, "quantisation": ["int8"]}, {**OURS, "name": "ours-int8"}]}, "matrix.twice"),
        ({"models": [{**OURS, "quantisation": []}]}, "matrix.no_quantisation"),
        ({"models": [{**OURS, "quantisation": ["int8", "int7"]}]}, "model.quantisation"),
        ({"models": [{**OURS, "model": "builtin/whisper-huge"}]}, "model.builtin_unknown"),
        ({"models": [{**OURS, "model": "./none"}]}, "model.missing"),
        ({"models": [{**OURS, "model": "phone"}], "train": None}, "matrix.nothing_tuned"),
        ({"models": [{**OURS, "decoding": {"nbest": 3}}]}, "decode.nbest"),
        ({"decoding": {"nbest": 3, "beam_size": 2}}, "decode.nbest"),
        ({"decoding": {"hotwords": ["결합상품"] * 60}}, "decode.hotwords"),
        ({"models": [{**OURS, "decoding": {"hotwords": ["결합상품"] * 60}}]}, "decode.hotwords"),
        ({"models": [{"name": "a", "file": "none.csv"}]}, "eval.replay_file"),
        ({"models": [{"name": "a", "command": ["no-such-program-here"]}]}, "eval.program_start"),
        ({"models": [{"name": "a", "url": "example.org"}]}, "eval.recogniser"),
        ({"models": [{"name": "a", "url": "https://example.org", "options": {"retry": 1}}]}, "eval.recogniser"),
        ({"models": [OURS], "post": [{"name": "w", "models": ["yours"]}]}, "matrix.post"),
        ({"models": [OURS], "post": [{"name": "w", "kind": "spell", "models": ["ours"]}]}, "post.unknown"),
        ({"models": [OURS], "post": [{"name": "w", "models": ["ours"]}]}, "post.settings"),
        ({"models": [OURS], "post": [{**WORDS, "options": {"words": "none.txt"}}]}, "post.file"),
        ({"models": [OURS], "post": [{**WORDS, "models": ["ours", "ours"]}]}, "matrix.twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_at_once(evaluate: dict[str, Any], code: str, tmp_path: Path) -> None:
    evaluate = dict(evaluate)
    train = {"train": evaluate.pop("train")} if "train" in evaluate else {}
    with pytest.raises(UserError) as error:
        check(config(tmp_path, **train, **evaluate), evaluates=True)
    assert error.value.code == code
    assert error.value.text("ko")


def test_an_unknown_key_of_a_model_names_the_near_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"evaluate.models.0.quantization: unknown key. Did you mean quantisation"):
        config(tmp_path, models=[{**OURS, "quantization": "int8"}])
