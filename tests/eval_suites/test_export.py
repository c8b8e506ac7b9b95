"""Export: a folder that ``datasets`` loads, whole or not at all, with what was heard and what it is."""

from __future__ import annotations

import dataclasses
import importlib.util
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from augment import Channel
from eval_suites import suites
from eval_suites.export import export
from eval_suites.rendering import Renderer
from eval_suites.suite import Suite
from kowhisper_tel.core.errors import UserError

_spec = importlib.util.spec_from_file_location("eval_suites_fake", Path(__file__).with_name("fake.py"))
assert _spec is not None
assert _spec.loader is not None
fake: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_fake"] = fake
_spec.loader.exec_module(fake)


def test_datasets_loads_it_and_hears_the_same(tmp_path: Path) -> None:
    import soundfile
    from datasets import Audio, load_dataset

    manifest = fake.write_manifest(tmp_path / "in", 6)
    found = suites.build(["phone_loss_5", "noisy_-5", "speaker_pitch_+2"], size="full")
    count = export(manifest, found, tmp_path / "out", seed=3, licences=["talks: CC BY 4.0"])
    assert count == 18
    renderer = Renderer(manifest, found, 3)
    for suite in found:
        rows = load_dataset(str(tmp_path / "out"), suite.name, split="test", cache_dir=str(tmp_path / "hf"))
        rows = rows.cast_column("audio", Audio(decode=False))
        assert [row["id"] for row in rows] == [utterance.id for utterance in manifest]
        for row, utterance in zip(rows, manifest, strict=True):
            audio, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")
            assert rate == 16_000
            np.testing.assert_array_equal(audio, renderer.render(suite.rendering, row["id"]).audio)
            assert (row["text"], row["speaker"]) == (utterance.text, utterance.speaker)
            assert json.loads(row["tags"]) == utterance.tags
            assert json.loads(row["conditions"]) == suite.conditions
            assert row["fingerprint"] == suite.fingerprint
    readme = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "talks: CC BY 4.0" in readme
    assert all(suite.fingerprint in readme for suite in found)
    stored = json.loads((tmp_path / "out" / "suites.json").read_text(encoding="utf-8"))
    assert [Suite.from_json(_without(record)).fingerprint for record in stored["suites"]] == [
        suite.fingerprint for suite in found
    ]


def _without(record: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in record.items() if key not in ("fingerprint", "clips")}


def test_the_folder_at_hand_is_filled_and_a_bad_place_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = fake.write_manifest(tmp_path / "in", 2)
    found = [dataclasses.replace(suite, title={"en": "a|b", "ko": "가"}) for suite in suites.build(["clean"])]
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert export(manifest, found, Path(), seed=1) == 2
    assert "| clean | a\\|b | 2 |" in (tmp_path / "here" / "README.md").read_text(encoding="utf-8")
    with pytest.raises(UserError) as caught:
        export(manifest, found, tmp_path / "in" / "u1.wav" / "below", seed=1)
    assert (caught.value.code, caught.value.exit_code) == ("suites.export_files", 7)


def test_nothing_is_written_over_and_nothing_half_is_left(tmp_path: Path) -> None:
    manifest = fake.write_manifest(tmp_path / "in", 2)
    found = suites.build(["clean"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(UserError) as caught:
            export(manifest, found, tmp_path / name, seed=1)
        assert caught.value.code == "suites.export_exists"
    assert (tmp_path / "full" / "a").read_text() == "mine"
    none = Suite("none", "x", {"en": "", "ko": ""}, Channel("clean"), selection={"gender": "none"})
    with pytest.raises(UserError) as caught:
        export(manifest, [none], tmp_path / "new", seed=1)
    assert caught.value.code == "eval.suite_empty"
    (tmp_path / "in" / "u1.wav").write_bytes(b"broken, but of some length" * 99)
    with pytest.raises(UserError):
        export(manifest, found, tmp_path / "new", seed=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full", "in"]
