"""The contract of every engine, on the embedded model."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from eval_suites import engines
from eval_suites.engines import Clip, Setting
from eval_suites.models import ModelSpec
from eval_suites.plan import library_versions
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.whisper.decoding import DecodingOptions


@pytest.fixture
def spec_of(whisper_base: Path, tmp_path: Path) -> Callable[[str], ModelSpec]:
    """A model of each engine."""
    file = tmp_path / "said.jsonl"
    file.write_text("".join(json.dumps({"id": f"u{n}", "text": f"말 {n}"}) + "\n" for n in (1, 2)), encoding="utf-8")
    recogniser = [sys.executable, str(Path(__file__).with_name("recogniser.py")), "fine"]
    settings = {"command": {"command": recogniser}, "replay": {"file": str(file)}}

    def make(name: str) -> ModelSpec:
        return ModelSpec(None if name in settings else whisper_base, "base", settings=settings.get(name, {}))

    return make


@pytest.mark.parametrize("name", engines.names())
def test_every_engine_keeps_the_contract(name: str, spec_of: Callable[[str], ModelSpec], tmp_path: Path) -> None:
    kind, spec = engines.get(name), spec_of(name)
    assert kind.name == name
    kind.check(spec, None)
    assert set(library_versions(kind.libraries)) == set(kind.libraries)
    assert kind.identify(spec) == kind.identify(spec)
    options = DecodingOptions(temperatures=(0.0,))
    setting = Setting("int8", options, "cpu", 1, tmp_path)
    kind.prepare(spec, setting)
    disk = kind.disk(spec, setting)
    assert disk is None or disk.is_dir()
    engine = kind.open(spec, setting)
    generator = np.random.default_rng(1)
    clips = [Clip(f"u{n}", "r", generator.normal(0, 1e-4, 8000 * n).astype(np.float32)) for n in (1, 2)]
    heard = engine.transcribe(clips)
    assert [type(transcript.text) for transcript in heard] == [str, str]
    assert all(transcript.attempts >= 1 for transcript in heard)
    assert all(transcript.window_s is not None for transcript in heard) == kind.ours
    engine.transcribe(clips[:1])
    assert engine.transcribe(clips) == heard, "what came before must not matter"
    assert engine.transcribe([]) == []
    engines.close(engine)


def test_a_gpu_is_used_only_where_the_engine_can_work_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctypes

    import ctranslate2
    import torch

    loadable = {"it": True}

    def load(name: str) -> None:
        if not loadable["it"]:
            raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", load)
    for gpus in (0, 1):
        monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda gpus=gpus: gpus)
        monkeypatch.setattr(torch.cuda, "is_available", lambda gpus=gpus: gpus > 0)
        for name in engines.names():
            if not engines.get(name).ours:
                assert {engines.get(name).device(asked) for asked in ("auto", "cpu", "cuda")} == {engines.UNKNOWN}
                continue
            assert engines.get(name).device("auto") == ("cuda" if gpus else "cpu"), name
            assert engines.get(name).device("cpu") == "cpu"
            if not gpus:
                with pytest.raises(UserError) as error:
                    engines.get(name).device("cuda")
                assert error.value.code == "eval.no_gpu"
    loadable["it"] = False
    assert engines.get("ctranslate2").device("auto") == "cpu"


def test_every_engine_is_opened_on_the_device_of_the_setting(
    whisper_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from kowhisper_tel.whisper import ct2
    from kowhisper_tel.whisper.backends import ctranslate2 as backend

    loaded = []
    monkeypatch.setattr(ct2, "convert", lambda folder, place, quantisation: place)
    monkeypatch.setattr(backend, "Ct2Backend", lambda folder, threads, device: loaded.append(device))
    setting = Setting("int8", DecodingOptions(), "meta", 1, tmp_path)
    engines.get("ctranslate2").open(ModelSpec(whisper_base, "base"), setting)
    assert loaded == ["meta"]
    # The device without numbers: features go to where the weights are, and nothing can be computed there.
    engine = engines.get("transformers").open(ModelSpec(whisper_base, "base"), setting)
    monkeypatch.setattr(
        "kowhisper_tel.whisper.encoder.encode", lambda model, features: loaded.append(features.device) or {}["stop"]
    )
    with pytest.raises(KeyError, match="stop"):
        engine.transcribe([Clip("u", "r", np.zeros(8000, np.float32))])
    assert loaded[1:] == [torch.device("meta")]
