"""The contract of every engine, on the embedded model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval_suites import engines
from eval_suites.engines import Clip, Setting
from eval_suites.models import ModelSpec
from eval_suites.plan import library_versions
from kowhisper_tel.whisper.decoding import DecodingOptions


@pytest.mark.parametrize("name", engines.names())
def test_every_engine_keeps_the_contract(name: str, whisper_base: Path, tmp_path: Path) -> None:
    kind, spec = engines.get(name), ModelSpec(whisper_base, "base")
    assert kind.name == name
    assert set(library_versions(kind.libraries)) == set(kind.libraries)
    assert kind.identify(spec) == kind.identify(spec)
    options = DecodingOptions(temperatures=(0.0,))
    engine = kind.open(spec, Setting("int8", options, "cpu", 1, tmp_path))
    generator = np.random.default_rng(1)
    clips = [Clip(f"u{n}", "r", generator.normal(0, 1e-4, 8000 * n).astype(np.float32)) for n in (1, 2)]
    heard = engine.transcribe(clips)
    assert [type(transcript.text) for transcript in heard] == [str, str]
    assert all(transcript.attempts >= 1 for transcript in heard)
    assert all(transcript.window_s is not None for transcript in heard)
    engine.transcribe(clips[:1])
    assert engine.transcribe(clips) == heard, "what came before must not matter"
