"""Folders and hub ids: what is refused, and that nothing else is asked of the network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.ct2 import convert
from kowhisper_tel.whisper.model import load_model, load_tokenizer
from kowhisper_tel.whisper.resolve import HUB_FILES, resolve_model


def code_of(name: str) -> str:
    with pytest.raises(UserError) as error:
        resolve_model(name)
    for language in ("en", "ko"):
        assert "{" not in error.value.text(language)
    return error.value.code


def test_a_good_folder_is_itself(small: Path) -> None:
    assert resolve_model(str(small)) == small
    assert load_model(small).config.d_model == 8
    assert load_tokenizer(small).eos_token_id == 50257


def test_pickled_weights_are_refused(small: Path) -> None:
    (small / "model.safetensors").rename(small / "pytorch_model.bin")
    assert code_of(str(small)) == "model.no_safetensors"


def test_another_architecture_is_refused(small: Path) -> None:
    (small / "config.json").write_text(json.dumps({"model_type": "wav2vec2"}))
    assert code_of(str(small)) == "model.not_whisper"


def test_what_is_missing_or_cut_off_is_named(small: Path) -> None:
    whole = (small / "model.safetensors").read_bytes()
    (small / "model.safetensors").write_bytes(whole[:-10])
    assert code_of(str(small)) == "model.broken"
    (small / "model.safetensors").write_bytes(whole)
    (small / "tokenizer.json").unlink()
    assert code_of(str(small)) == "model.no_tokenizer"
    (small / "config.json").write_text("{")
    assert code_of(str(small)) == "model.broken"
    (small / "config.json").unlink()
    assert code_of(str(small)) == "model.no_config"


def without_a_tensor(folder: Path) -> str:
    from safetensors.torch import load_file, save_file

    state = load_file(folder / "model.safetensors")
    state.pop("model.encoder.layers.1.fc1.weight")
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    return r"layers\.1\.fc1"


def with_wider_layers(folder: Path) -> str:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "decoder_ffn_dim": 32}))
    return r"decoder\.layers\.0\.fc1"


@pytest.mark.parametrize("change", [without_a_tensor, with_wider_layers])
@pytest.mark.parametrize("take", [load_model, lambda folder: convert(folder, folder / "ct2", "float32")])
def test_weights_that_do_not_fill_the_model_are_refused(
    change: Callable[[Path], str], take: Callable[[Path], object], small: Path
) -> None:
    with pytest.raises(UserError, match=change(small)):
        take(small)
    assert not (small / "ct2").exists()


def test_a_tokenizer_larger_than_the_model_is_refused(small: Path) -> None:
    config = json.loads((small / "config.json").read_text())
    (small / "config.json").write_text(json.dumps({**config, "vocab_size": 51000}))
    with pytest.raises(UserError) as error:
        load_tokenizer(small)
    assert error.value.code == "model.vocabulary"


@pytest.mark.parametrize(
    "change",
    [
        {"alignment_heads": [[1, 0], [2, 0]]},
        {"alignment_heads": [[1, 2]]},
        {"alignment_heads": "none"},
        {"suppress_tokens": [1, 51865]},
        {"begin_suppress_tokens": [-1]},
    ],
)
def test_a_generation_config_of_another_model_is_refused(change: dict[str, object], small: Path) -> None:
    (small / "generation_config.json").write_text(json.dumps({"alignment_heads": [[1, 1]], "suppress_tokens": [51864]}))
    assert resolve_model(str(small)) == small
    (small / "generation_config.json").write_text(json.dumps(change))
    assert code_of(str(small)) == "model.generation"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("tokenizer.json", "{"),
        ("generation_config.json", "[]"),
        ("config.json", '{"model_type": "whisper"}'),
        ("model.safetensors.index.json", "{}"),
        ("model.safetensors.index.json", '{"weight_map": []}'),
    ],
)
def test_json_that_is_not_what_it_should_be_is_told(file: str, text: str, small: Path) -> None:
    (small / file).write_text(text)
    if "index" in file:
        (small / "model.safetensors").unlink()
    assert code_of(str(small)) == "model.broken"


@pytest.mark.parametrize("name", ["./no/such/folder", "nosuch", "/no/such/place", "a/b/c"])
def test_a_path_that_is_not_there_is_not_taken_for_a_hub_id(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: pytest.fail("the hub was asked"))
    assert code_of(name) == "model.missing"


def test_the_hub_is_asked_for_neither_pickles_nor_code(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def download(name: str, **settings: object) -> str:
        asked.update(settings, name=name)
        return str(small)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert resolve_model("openai/whisper-small") == small
    assert asked == {"name": "openai/whisper-small", "allow_patterns": list(HUB_FILES)}
    assert not any(pattern.endswith((".bin", ".py", ".pt", "*")) for pattern in HUB_FILES)


def test_an_unreachable_hub_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub.errors import LocalEntryNotFoundError

    def download(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("offline")

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert code_of("openai/whisper-small") == "model.hub_unreachable"
