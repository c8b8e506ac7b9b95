"""Audio in reports: only what the manifest lets be shared, the most telling first, and never with personal data."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from eval_suites.item import Item
from eval_suites.results import Results
from kowhisper_tel.core.audio import write_audio
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance
from reports import html, sound, spectrogram, view
from reports.write import write_report

RATE = 16_000
SUITES = (("clean", "clean", "Clean", "깨끗한 음성", 0.0), ("noisy", "noisy", "Noisy", "소음", 0.2))


@pytest.fixture(scope="module")
def evaluated(make: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Manifest]:
    """Results of tones of half a second, the first six of which may be shared."""
    folder = tmp_path_factory.mktemp("clips")
    results: Results = make(10, 3, suites=SUITES)
    utterances = []
    for number, clip in enumerate(results.utterances["id"]):
        tone = 0.3 * np.sin(2 * np.pi * 440 * (number + 1) * np.arange(RATE // 2) / RATE)
        write_audio(folder / f"{number}.wav", tone.astype(np.float32), RATE)
        tags = {"shareable": "yes"} if number < 6 else {"shareable": "no"} if number == 6 else {}
        utterances.append(Utterance(str(clip), f"{number}.wav", "말", tags=tags))
    return dataclasses.replace(results, inputs={"seed": 7}), Manifest(folder, tuple(utterances))


def test_only_shareable_clips_are_taken(evaluated: tuple[Results, Manifest]) -> None:
    results, manifest = evaluated
    chosen = sound.choose(results, manifest, 100)
    shareable = {utterance.id for utterance in manifest if utterance.tags.get("shareable") == "yes"}
    assert {utterance for _, utterance in chosen.sounds} == shareable
    assert len(chosen.sounds) == 12
    assert chosen.refused == {"private": 8}


def test_the_most_telling_come_first(evaluated: tuple[Results, Manifest]) -> None:
    results, manifest = evaluated
    everything = Manifest(manifest.root, tuple(dataclasses.replace(u, tags={"shareable": "yes"}) for u in manifest))
    chosen = list(sound.choose(results, everything, 4).sounds)
    assert [suite for suite, _ in chosen] == ["clean", "noisy", "clean", "noisy"]
    rows = results.rows.assign(errors=results.rows[["substitutions", "deletions", "insertions"]].sum(axis=1))
    for suite, (loss, win) in {"clean": chosen[0::2], "noisy": chosen[1::2]}.items():
        own = rows[rows["suite"] == suite].pivot(index="utterance_id", columns="model", values="errors")
        change = own["phone-tuned"] - own["base"]
        assert change[loss[1]] == change.max()
        assert change[win[1]] == change.min()


def test_asked_for_none_there_are_none(evaluated: tuple[Results, Manifest]) -> None:
    assert sound.choose(*evaluated, 0) == sound.Choice({}, {})


def test_masked_reports_have_no_clip_that_says_a_number(evaluated: tuple[Results, Manifest]) -> None:
    results, manifest = evaluated
    chosen = sound.choose(results, manifest, 100, mask=True)
    telling = set(results.rows.loc[results.rows["reference"].str.contains("공일공"), "utterance_id"])
    assert telling & {u.id for u in manifest if u.tags.get("shareable") == "yes"}
    assert not telling & {utterance for _, utterance in chosen.sounds}
    assert chosen.refused["personal"] == 2


def test_items_of_a_suite_need_all_their_parts(evaluated: tuple[Results, Manifest]) -> None:
    ids = {utterance.id for utterance in evaluated[1]}
    first, second = sorted(ids)[:2]
    joined = Item("call", "말", 2.0, source={"kind": "joined", "parts": [{"utterance": first}, {"utterance": second}]})
    assert sound._parts(joined, ids) == {first, second}
    made = Item("tone", "", 2.0, source={"kind": "silence"})
    assert sound._parts(made, ids) == {"tone"}
    assert sound._parts(dataclasses.replace(made, tags={"shareable": "yes"}), ids) == set()


def test_the_budget_is_kept(evaluated: tuple[Results, Manifest], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "BUDGET_BYTES", 20_000)
    chosen = sound.choose(*evaluated, 100)
    assert sum(len(one.audio) + len(one.picture) for one in chosen.sounds.values()) <= 20_000
    assert chosen.sounds
    assert chosen.refused["budget"] == 1


def test_a_clip_is_heard_again_from_the_page(evaluated: tuple[Results, Manifest]) -> None:
    import av

    one = next(iter(sound.choose(*evaluated, 1).sounds.values()))
    kind, content = one.audio.split(";base64,")
    assert kind == "data:audio/mpeg"
    with av.open(io.BytesIO(base64.b64decode(content))) as container:
        audio = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    assert 0.5 <= len(audio) / RATE < 0.7
    spectrum = np.abs(np.fft.rfft(audio[2000:8000]))
    tones = np.argmax(spectrum) * RATE / 6000 / 440
    assert tones == pytest.approx(round(tones), abs=0.05)
    assert float(one.below) > 0


def test_the_page_says_what_is_refused(evaluated: tuple[Results, Manifest], tmp_path: Path) -> None:
    results, manifest = evaluated
    write_report(results, tmp_path, audio=100, manifest=manifest)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "8 not marked shareable in the manifest" in text
    assert "media-src data:" in text
    block = re.search(r'id="explorer-data">(.*?)</script>', text)
    assert block
    assert len(json.loads(block[1])["sounds"]) == 12
    assert "data:audio" not in html.page(view.build(results))


def test_a_spectrogram_shows_the_tone_where_it_is() -> None:
    pytest.importorskip("PIL.Image")
    from PIL import Image

    tone = (0.5 * np.sin(2 * np.pi * 2000 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    picture = spectrogram.draw(tone, RATE)
    grey = np.asarray(Image.open(io.BytesIO(picture.png)))
    assert grey.shape[0] == spectrogram.ROWS
    assert 200 <= grey.shape[1] <= 204
    assert abs(int(np.argmin(grey[:, 100])) - 127 * (1 - 2000 / 8000)) < 3
    assert picture.below_khz == pytest.approx(2.0, abs=0.1)


def test_silence_and_a_moment_have_pictures_too() -> None:
    for audio in (np.zeros(RATE, np.float32), np.zeros(10, np.float32)):
        made = sound.embed(audio)
        assert made.below == "0.0"
        assert made == sound.embed(audio)
        assert made.picture.startswith("data:image/png")


def test_of_two_candidates_the_first_chooses(evaluated: tuple[Results, Manifest]) -> None:
    """As everywhere in the report, which is about the first."""
    results, manifest = evaluated
    other = dataclasses.replace(results.models[-1], name="other/phone-tuned")
    perfect = results.rows[results.rows["model"] == "phone-tuned"].assign(
        model=other.name, hits=9, substitutions=0, deletions=0, insertions=0
    )
    both = dataclasses.replace(
        results, models=(*results.models, other), rows=pd.concat([results.rows, perfect], ignore_index=True)
    )
    assert list(sound.choose(both, manifest, 4).sounds) == list(sound.choose(results, manifest, 4).sounds)
