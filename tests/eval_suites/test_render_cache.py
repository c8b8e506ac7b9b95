"""Kept renderings: the same bytes with and without, verified, and told apart by what decides."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval_suites import rendering, suites
from eval_suites.render_cache import RenderCache, key_of
from eval_suites.rendering import Renderer, sixteen_bits
from eval_suites.runner import evaluate
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest

_spec = importlib.util.spec_from_file_location("eval_suites_fake", Path(__file__).with_name("fake.py"))
assert _spec is not None
assert _spec.loader is not None
fake: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_fake"] = fake
_spec.loader.exec_module(fake)

KEY = "0123456789abcdef"


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=600))
@settings(max_examples=25, deadline=None)
def test_sixteen_bits_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, pcm: list[int]) -> None:
    cache = RenderCache(tmp_path_factory.mktemp("cache"))
    audio = sixteen_bits(np.array(pcm) / 32768.0)
    cache.put(KEY, audio)
    again = cache.get(KEY)
    assert again is not None
    assert again.dtype == np.float32
    np.testing.assert_array_equal(again, audio)


def heard(
    folder: Path, cache: RenderCache | None, seed: int = 1, manifest: Manifest | None = None
) -> dict[tuple[str, str], bytes]:
    manifest = manifest or fake.write_manifest(folder, 5)
    found = [fake.noise("noisy_5", 5), *suites.build(["phone_loss_20", "phone_preset_wheels_only", "clean"])]
    renderer = Renderer(manifest, found, seed, cache)
    return {(s.name, u.id): renderer.render(s.rendering, u.id).audio.tobytes() for s in found for u in manifest}


def test_what_is_heard_is_the_same_fresh_kept_and_found(tmp_path: Path) -> None:
    fresh = heard(tmp_path, None)
    first, second = RenderCache(tmp_path / "c"), RenderCache(tmp_path / "c")
    assert heard(tmp_path, first) == fresh
    assert heard(tmp_path, second) == fresh
    assert (first.found, first.made, second.found, second.made) == (0, 20, 20, 0)
    assert not list((tmp_path / "c").rglob(".*")), "no half-written file is left"


def test_a_broken_file_is_made_again_and_counted(tmp_path: Path) -> None:
    fresh = heard(tmp_path, RenderCache(tmp_path / "c"))
    files = sorted((tmp_path / "c").rglob("*.flac"))
    files[0].write_bytes(b"")
    files[1].write_bytes(files[1].read_bytes()[:-40])
    files[2].write_bytes(files[3].read_bytes())  # whole, but another's
    files[4].write_bytes(b"x" * 900)
    again = RenderCache(tmp_path / "c")
    assert heard(tmp_path, again) == fresh
    assert (again.broken, again.made, again.found) == (4, 4, 16)
    last = RenderCache(tmp_path / "c")
    heard(tmp_path, last)
    assert (last.broken, last.found) == (0, 20)


def test_other_audio_seed_times_or_versions_are_another_rendering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard(tmp_path, RenderCache(tmp_path / "c"))

    def found(seed: int = 1, manifest: Manifest | None = None) -> int:
        cache = RenderCache(tmp_path / "c")
        heard(tmp_path, cache, seed, manifest)
        return cache.found

    whole = fake.write_manifest(tmp_path, 5)
    assert found() == 20
    assert found(seed=2) == 0
    from dataclasses import replace

    cut = Manifest(tmp_path, tuple(replace(u, start_s=0.0, end_s=0.05) for u in whole))
    assert found(manifest=cut) == 0
    (tmp_path / "elsewhere").mkdir()
    for utterance in whole:
        (tmp_path / utterance.audio).rename(tmp_path / "elsewhere" / utterance.audio)
    assert found(manifest=Manifest(tmp_path / "elsewhere", whole.utterances)) == 20
    write_audio(tmp_path / "elsewhere" / "u0.wav", np.linspace(-0.1, 0.1, 1600, dtype=np.float32))
    assert found(manifest=Manifest(tmp_path / "elsewhere", whole.utterances)) == 16
    monkeypatch.setattr(rendering, "library_versions", lambda names: {"numpy": "0"})
    assert found(manifest=Manifest(tmp_path / "elsewhere", whole.utterances)) == 0


def test_what_serves_a_codec_decides() -> None:
    (suite,) = suites.build(["phone_g729a"])
    names = {key_of("x", suite.sound, "u", 1, channels, {}) for channels in (suite.channels, ())}
    assert len(names) == 2


def test_results_are_the_same_with_and_without(tmp_path: Path) -> None:
    manifest = fake.write_manifest(tmp_path, 9)
    cache = RenderCache(tmp_path / "c")
    for name, renderings in (("a", None), ("b", cache), ("c2", cache)):
        evaluate(
            fake.specs("plain"),
            manifest,
            fake.some_suites(),
            tmp_path / name,
            engine=fake.fake_engine(),
            seed=5,
            renderings=renderings,
        )
    for file in ("plan.json", "hypotheses.jsonl", "suites.json"):
        texts = {(tmp_path / name / file).read_bytes() for name in ("a", "b", "c2")}
        assert len(texts) == 1, file
    assert cache.made == cache.found > 0


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError) as caught:
        RenderCache(tmp_path / "file" / "c")
    assert caught.value.code == "suites.cache_files"
