"""Calls joined of clips, the suites made of them, and an evaluation over suites that are not one utterance each."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from augment import Channel
from eval_suites import calls, results, sources
from eval_suites.engines import Clip, EngineKind, Setting
from eval_suites.hypothesis import Transcript
from eval_suites.item import Item
from eval_suites.models import ModelSpec
from eval_suites.rendering import audio_of
from eval_suites.runner import evaluate
from eval_suites.suite import Suite
from eval_suites.suites import Request, clean, forgetting, longform, nospeech
from kowhisper_tel.core.audio import RATE, write_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance

_spec = importlib.util.spec_from_file_location("eval_suites_fake", Path(__file__).parent / "fake.py")
assert _spec is not None
assert _spec.loader is not None
fake: Any = importlib.util.module_from_spec(_spec)
sys.modules["eval_suites_fake"] = fake
_spec.loader.exec_module(fake)

CLIP_S = 3.0


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Four people with 26 clips of 3 s each (speech in the middle 2 s), one English clip, one call of 40 s."""
    folder = tmp_path_factory.mktemp("talks")
    generator, utterances = np.random.default_rng(1), []
    clip = np.zeros(round(CLIP_S * RATE), np.float32)
    clip[RATE // 2 : -RATE // 2] = generator.normal(0, 0.1, 2 * RATE)
    write_audio(folder / "clip.wav", clip)
    for number in range(104):
        speaker = f"s{number % 4}"
        utterance = Utterance(f"u{number}", "clip.wav", f"네 {number}번이요.", speaker=speaker, tags={"gender": "F"})
        utterances.append(utterance)
    utterances.append(Utterance("e1", "clip.wav", "hello mister Kim", speaker="s0", tags={"language": "en"}))
    write_audio(folder / "whole.wav", generator.normal(0, 0.1, 40 * RATE).astype(np.float32))
    utterances.append(Utterance("whole", "whole.wav", "네 여보세요", call="c1"))
    return Manifest(folder, tuple(utterances))


def request(manifest: Manifest, size: str = "smoke") -> Request:
    return Request(manifest, size=size)


def pieces(item: Item) -> list[tuple[str, float]]:
    return [(name, start_s) for name, start_s in item.source["pieces"]]


def test_one_track_holds_clips_in_order_with_pauses(manifest: Manifest) -> None:
    talk = next(t for t in calls.talks(manifest, 30.0) if t[0].utterance.speaker == "s1")
    item = calls.one_track("call", talk, 60.0)
    names, starts = zip(*pieces(item), strict=True)
    assert list(names) == [f"u{number}" for number in range(1, 4 * len(names), 4)], "numbers count by their value"
    gaps = np.diff(starts) - CLIP_S
    assert (gaps >= calls.WITHIN.shortest_s - 1e-3).all()
    assert len(set(gaps.round(2))) > 3
    assert 50 < item.duration_s <= 60.0
    assert item.text == " ".join(f"네 {name[1:]}번이요." for name in names)
    assert (item.speaker, item.tags) == ("s1", {"gender": "F"})
    assert calls.one_track("call", talk, 60.0) == item
    assert calls.one_track("other", talk, 60.0).source != item.source


def test_two_tracks_take_turns_and_share_a_clock(manifest: Manifest) -> None:
    one, other = calls.talks(manifest, 30.0)[:2]
    tracks = calls.two_tracks("call", one, other, 120.0, -30.0)
    spoken = sorted((start_s, track) for track, item in enumerate(tracks) for _, start_s in pieces(item))
    assert all(b[0] - a[0] >= CLIP_S for a, b in pairwise(spoken)), "nobody interrupts"
    turns = "".join(str(track) for _, track in spoken)
    assert "01" in turns
    assert "10" in turns
    assert "0000" not in turns
    assert tracks[0].duration_s == tracks[1].duration_s <= 120.0
    assert tracks[0].source["others"] == tracks[1].source["pieces"]
    assert {item.call for item in tracks} == {"call"}
    assert tracks[0].speaker != tracks[1].speaker
    assert "others" not in calls.two_tracks("call", one, other, 120.0, None)[0].source


def test_pauses_are_plausible() -> None:
    generator = np.random.default_rng(1)
    drawn = np.array([calls.WITHIN.draw(generator) for _ in range(2000)])
    assert 0.4 < np.median(drawn) < 0.8
    assert drawn.min() >= calls.WITHIN.shortest_s
    assert 0.01 < (drawn > calls.WITHIN.longest_s).mean() < 0.06
    assert drawn.max() < 12.0


def test_long_form_suites(manifest: Manifest) -> None:
    one, two, given = longform.build(request(manifest))
    assert [len(suite.items) for suite in (one, two, given)] == [1, 2, 0]
    assert 60.0 < one.items[0].duration_s <= 90.0
    more = longform.build(request(manifest, "standard"))
    assert [len(suite.items) for suite in more] == [4, 4, 0]
    assert {item.source["kind"] for suite in more for item in suite.items} == {"joined"}
    assert not any("u" not in name for item in one.items for name, _ in pieces(item)), "neither English nor the call"
    ids = [item.id for suite in more for item in suite.items]
    assert len(set(ids)) == len(ids)
    again = longform.build(request(Manifest(manifest.root, manifest.utterances[::-1]), "standard"))
    assert [suite.fingerprint for suite in again] == [suite.fingerprint for suite in more]
    for suite in more:
        assert Suite.from_json(json.loads(json.dumps(suite.to_json()))).fingerprint == suite.fingerprint
    assert longform.build(Request()) == []
    few = Manifest(manifest.root, manifest.utterances[:40])
    assert longform.build(request(few)) == [], "ten clips of each are no call"


def test_who_has_clips_left_speaks_in_another_call(manifest: Manifest) -> None:
    people = Manifest(manifest.root, tuple(dataclasses.replace(one, speaker="s0") for one in manifest.utterances[:104]))
    (one,) = longform.build(request(people, "standard"))
    assert [item.id for item in one.items][:2] == ["longform-1-s0", "longform-1-s0-2"]
    names = [name for item in one.items for name, _ in pieces(item)]
    assert len(names) == len(set(names)), "no clip is said twice"
    assert all(item.duration_s > 60.0 for item in one.items)


def test_forgetting_suites(manifest: Manifest) -> None:
    wide, english, times = forgetting.build(request(manifest))
    (as_clean,) = clean.build(request(manifest))
    assert wide.rendering == as_clean.rendering
    assert wide.fingerprint != as_clean.fingerprint
    assert english.rendering != as_clean.rendering
    assert (wide.summed, english.summed, times.summed) == (True, False, True)
    assert [item.id for item in english.pick([Item("e1", "hello", 3.0, tags={"language": "en"})])] == ["e1"]
    assert times.decoding == {"timestamps": True}
    assert len(times.items) == 4
    for item in times.items:
        assert 2 <= len(pieces(item)) <= 5
        assert item.duration_s <= 27.0
        for (_, start_s), (first_s, last_s) in zip(pieces(item), item.source["speech"], strict=True):
            assert first_s - start_s == pytest.approx(0.5, abs=0.1), "the clip's silent ends are no speech"
            assert last_s - start_s == pytest.approx(2.5, abs=0.1)
    assert [suite.name for suite in forgetting.build(Request())] == ["forgetting_clean"]


class Listener:
    """Writes 네 for each second of sound, none for silence; tells times where asked; hears English as it is."""

    def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
        return [self._write(clip) for clip in clips]

    def _write(self, clip: Clip) -> Transcript:
        if clip.decoding.get("language") == "en":
            return Transcript("Hello Mr. Kim.")
        loud = int((np.abs(clip.audio) > 0.02).sum() / RATE)
        text = " ".join("가나다라마바사아자차카타파하"[n % 14] for n in range(loud))
        times = clip.decoding.get("timestamps") and text
        segments = ((0.0, 2.0, text), (4.0, len(clip.audio) / RATE, text)) if times else ()
        return Transcript(text + "." if text else "", segments=segments)


def listening(heard: list[Clip]) -> EngineKind:
    class Hearing(Listener):
        def transcribe(self, clips: Sequence[Clip]) -> list[Transcript]:
            heard.extend(clips)
            return super().transcribe(clips)

    def open_model(_: ModelSpec, __: Setting) -> Hearing:
        return Hearing()

    return EngineKind("listening", open_model, (), identify=lambda spec: str(spec.folder))


@pytest.fixture(scope="module")
def evaluated(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> tuple[results.Results, list[Clip]]:
    out, heard, asked = tmp_path_factory.mktemp("out"), list[Clip](), request(manifest)
    chosen = [suite for stratum in (clean, longform, forgetting) for suite in stratum.build(asked)]
    chosen += nospeech.build(request(manifest, "standard"))[:5]
    evaluate(fake.specs("base"), manifest, chosen, out, engine=listening(heard), batch_size=16, seed=3)
    return results.load(out), heard


def test_each_sound_is_heard_once(evaluated: tuple[results.Results, list[Clip]]) -> None:
    loaded, heard = evaluated
    keys = [(clip.rendering, clip.utterance_id) for clip in heard]
    assert len(keys) == len(set(keys))
    wide = loaded.rows[loaded.rows["suite"] == "forgetting_clean"]
    as_clean = loaded.rows[loaded.rows["suite"] == "clean"]
    assert list(wide["hypothesis"]) == list(as_clean["hypothesis"])
    assert max(len(clip.audio) for clip in heard) > 60 * RATE
    for clip in heard:
        if clip.utterance_id.startswith("longform-1"):
            assert np.abs(clip.audio).max() > 0.1


def test_what_is_too_long_is_left_out_and_told(evaluated: tuple[results.Results, list[Clip]]) -> None:
    loaded, _ = evaluated
    assert loaded.left_out == {"clean": ("whole",), "forgetting_clean": ("whole",)}
    rows = loaded.rows[loaded.rows["utterance_id"] == "whole"]
    assert list(rows["suite"]) == ["longform_given"]


def test_without_a_suite_for_calls_they_are_refused(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        evaluate(fake.specs("base"), manifest, clean.build(Request()), tmp_path / "out", engine=listening([]))
    assert (caught.value.code, caught.value.facts["id"]) == ("eval.too_long", "whole")
    assert not (tmp_path / "out").exists()


def figures(loaded: results.Results, by: str) -> dict[str, dict[str, float]]:
    """The table's records by name."""
    records = results.table(loaded, by).to_dict("records")
    return {str(record[by]): {str(name): value for name, value in record.items()} for record in records}


def test_no_speech_has_figures_of_its_own(evaluated: tuple[results.Results, list[Clip]]) -> None:
    loaded, _ = evaluated
    table = figures(loaded, "stratum")
    silent = table["nospeech"]
    assert math.isnan(silent["cer"])
    assert 0 < silent["hallucination"] < 1
    rows = loaded.rows[loaded.rows["stratum"] == "nospeech"]
    assert silent["written_per_minute"] == pytest.approx(60 * rows["insertions"].sum() / rows["duration_s"].sum())
    assert table["clean"]["insertions"] == 0
    assert math.isnan(table["clean"]["written_per_minute"])
    assert results.headline_metric(rows) == "hallucination"
    assert results.headline_metric(loaded.rows) == "cer"
    with_speech = loaded.rows[loaded.rows["summed"] & (loaded.rows["stratum"] != "nospeech")]
    assert figures(loaded, "block_kind").keys() == set(with_speech["block_kind"])
    assert sum(row["clips"] for row in figures(loaded, "block_kind").values()) == len(with_speech)
    of_sound = figures(loaded, "suite")["nospeech_silence"]
    assert (of_sound["hallucination"], of_sound["written_per_minute"]) == (0, 0)


def test_what_is_forgotten_has_its_metrics(evaluated: tuple[results.Results, list[Clip]]) -> None:
    table = figures(evaluated[0], "suite")
    assert table["forgetting_english"]["wer_english"] == 0
    assert 0 < table["forgetting_timestamps"]["timestamps"] < 1
    assert 0 < table["forgetting_clean"]["sentence_marks"] <= 1
    assert table["forgetting_clean"]["marks_per_100"] == pytest.approx(100), "one mark, one syllable"
    assert math.isnan(table["nospeech_silence"]["marks_per_100"])
    stratum = figures(evaluated[0], "stratum")["forgetting"]
    own = sum(table[f"forgetting_{name}"]["clips"] for name in ("clean", "timestamps"))
    assert stratum["clips"] == own, "English is told apart"
    assert stratum["timestamps"] == table["forgetting_timestamps"]["timestamps"]


def test_joined_items_are_rendered_of_the_manifest(manifest: Manifest) -> None:
    item = longform.build(request(manifest))[0].items[0]
    utterances = {utterance.id: utterance for utterance in manifest}
    call = sources.render(item.source, lambda name: audio_of(manifest, utterances[name]), 3)
    for _, start_s in pieces(item):
        first = round(start_s * RATE)
        assert np.abs(call[first : first + RATE // 4]).max() < 0.01
        assert np.abs(call[first + RATE : first + 2 * RATE]).max() > 0.1


def test_over_s_takes_whole_calls_only() -> None:
    suite = Suite("given", "x", {"en": "", "ko": ""}, Channel("clean"), over_s=30.0, longest_s=60.0)
    items = [Item("short", "네", 30.0), Item("call", "네", 30.1), Item("hours", "네", 61.0)]
    assert [item.id for item in suite.pick(items)] == ["call"]
    assert [item.id for item in items if suite.is_too_long(item)] == ["hours"]
    assert dataclasses.replace(suite, over_s=0.0).fingerprint != suite.fingerprint
