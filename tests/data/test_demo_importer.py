"""The demo as a corpus of ``prepare``."""

from __future__ import annotations

from pathlib import Path

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.demo.corpus import clips
from kowhisper_tel.data.importers import get


def test_the_demo_is_a_synthetic_corpus_that_needs_no_path() -> None:
    assert get("demo").synthetic
    assert not get("demo").wants_path


def test_entries_are_the_clips_in_their_own_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kowhisper_tel.data.importers.demo.synthesise", lambda: tmp_path)
    entries = list(get("demo").entries(None, {}))
    assert [entry.utterance.id for entry in entries] == [clip.id for clip in clips()]
    for entry, clip in zip(entries, clips(), strict=True):
        utterance = entry.utterance
        assert utterance.audio == str(tmp_path / f"{clip.id}.flac")
        assert utterance.text == clip.sentence.text
        assert entry.split == clip.split
        assert utterance.tags == clip.tags
        assert utterance.tags["role"] in ("agent", "customer")
        assert utterance.tags["voice"] in ("slow", "normal", "fast")
    speakers = {(entry.utterance.speaker, entry.split) for entry in entries}
    assert len(speakers) == len({speaker for speaker, _ in speakers}) == 32


def test_the_audio_is_where_the_entries_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOWHISPER_CACHE", str(tmp_path))
    assert all(Path(entry.utterance.audio).is_file() for entry in get("demo").entries(None, {}))


def test_it_takes_no_option() -> None:
    with pytest.raises(UserError) as caught:
        list(get("demo").entries(None, {"voice": "f01"}))
    assert caught.value.code == "prepare.option"
