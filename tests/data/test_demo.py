"""The demo corpus: what is in it, what is kept apart, and that its speech is the same every time."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from kowhisper_tel.core.audio import RATE, probe
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.demo.corpus import Clip, clips, synthesise
from kowhisper_tel.data.demo.sentences import sentences
from kowhisper_tel.data.demo.synth import PEAK, synthesiser
from kowhisper_tel.data.demo.voices import VOICES
from kowhisper_tel.korean.verbalise import verbalise

HANGUL_SPEECH = re.compile(r"[가-힣 .,?!]+")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole corpus, synthesised once."""
    return synthesise(tmp_path_factory.mktemp("cache"))


def test_sentences_are_many_and_unique() -> None:
    assert len(sentences()) >= 280
    assert len({s.text for s in sentences()}) == len(sentences())
    assert len({s.id for s in sentences()}) == len(sentences())
    assert all(s.text == s.text.strip() and s.topic for s in sentences())


def test_both_roles_speak_in_every_split() -> None:
    roles = {(clip.split, clip.sentence.role) for clip in clips()}
    assert roles == {(split, role) for split in ("train", "dev", "test") for role in ("agent", "customer")}


def test_every_sentence_can_be_spoken() -> None:
    spoken = {s.id: verbalise(s.text) for s in sentences()}
    assert {id_: text for id_, text in spoken.items() if not HANGUL_SPEECH.fullmatch(text)} == {}
    assert {id_: text for id_, text in spoken.items() if not 8 <= len(re.findall("[가-힣]", text)) <= 45} == {}


def test_enough_sentences_are_written_with_digits_or_latin() -> None:
    assert sum(verbalise(s.text) != s.text for s in sentences()) >= 60
    assert sum(bool(re.search("[A-Za-z]", s.text)) for s in sentences()) >= 5


def test_splits_share_neither_voice_nor_variant_nor_sentence() -> None:
    assert len(VOICES) >= 24
    assert len({voice.id for voice in VOICES}) == len(VOICES)
    for key in (lambda c: c.voice.id, lambda c: c.voice.variant, lambda c: c.sentence.id):
        splits = defaultdict(set)
        for clip in clips():
            splits[key(clip)].add(clip.split)
        assert all(len(found) == 1 for found in splits.values())


def test_every_sentence_and_every_voice_is_heard() -> None:
    assert {clip.sentence.id for clip in clips()} == {s.id for s in sentences()}
    assert {clip.voice.id for clip in clips()} == {voice.id for voice in VOICES}
    assert all(clip.voice.role == clip.sentence.role for clip in clips())
    assert len({clip.id for clip in clips()}) == len(clips())


def test_a_sentence_is_spoken_once_or_for_training_twice() -> None:
    times = Counter((clip.sentence.id, clip.split) for clip in clips())
    assert {times for (_, split), times in times.items() if split != "train"} == {1}
    assert {times for (_, split), times in times.items() if split == "train"} == {1, 2}


def test_genders_are_balanced() -> None:
    for split in ("train", "dev", "test"):
        genders = Counter(clip.voice.gender for clip in clips() if clip.split == split)
        assert abs(genders["female"] - genders["male"]) <= 0.1 * sum(genders.values())


def test_every_clip_is_there_16_khz_mono_and_of_speech_length(folder: Path) -> None:
    for clip in clips():
        info = probe(folder / f"{clip.id}.flac")
        assert (info.rate_hz, info.tracks) == (RATE, 1)
        assert 0.8 <= info.duration_s <= 15


def test_a_clip_is_the_same_whatever_was_spoken_before() -> None:
    chosen = _one_clip_a_voice()[::3]
    with synthesiser() as first:
        forward = {clip.id: _speak(first, clip) for clip in chosen}
    with synthesiser() as second:
        backward = {clip.id: _speak(second, clip) for clip in reversed(chosen)}
    for clip in chosen:
        assert forward[clip.id].tobytes() == backward[clip.id].tobytes(), clip.id


def test_clips_are_loud_trimmed_speech_and_voices_differ() -> None:
    sentence = sentences()[0]
    with synthesiser() as voices:
        spoken = [_speak(voices, Clip(sentence, voice)) for voice in VOICES]
    for samples in spoken:
        assert np.abs(samples).max() == pytest.approx(PEAK, rel=1e-4)
        loud = np.flatnonzero(np.abs(samples) > 0.01)
        assert loud[0] < 0.3 * RATE
        assert len(samples) - loud[-1] < 0.3 * RATE
    assert len({samples.tobytes() for samples in spoken}) == len(VOICES)


def test_the_corpus_is_made_once(folder: Path) -> None:
    calls = []
    assert synthesise(folder.parent.parent, lambda done, total: calls.append(done)) == folder
    assert not calls


def test_a_lost_clip_is_made_again_with_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = _one_clip_a_voice()[:3]
    monkeypatch.setattr("kowhisper_tel.data.demo.corpus.clips", lambda: few)
    calls: list[tuple[int, int]] = []
    folder = synthesise(tmp_path, lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    lost = folder / f"{few[1].id}.flac"
    before = lost.read_bytes()
    lost.unlink()
    assert synthesise(tmp_path) == folder
    assert lost.read_bytes() == before


def test_without_the_wheel_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(UserError, match=r"pip install 'kowhisper_tel\[demo\]'") as caught:
        synthesise(tmp_path)
    assert caught.value.exit_code == 7
    assert not any(tmp_path.rglob("*.flac"))


def _one_clip_a_voice() -> list[Clip]:
    return list({clip.voice.id: clip for clip in clips()}.values())


def _speak(voices, clip: Clip) -> np.ndarray:
    return voices.speak(verbalise(clip.sentence.text), clip.voice)
