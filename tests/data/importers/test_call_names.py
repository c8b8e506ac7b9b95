"""Which call a turn is of, where the label's folders don't tell: calls never run together, nor fall apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.core.utterance import Utterance
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.entry import Entry


def label(*recordings: str) -> dict[str, Any]:
    """A call's label, its turns by two speakers in turn."""
    dialogs = [
        {"speaker": str(1 + number % 2), "audioPath": name, "duration": 0.5, "text": f"{'가나다라'[number]} 합니다"}
        for number, name in enumerate(recordings)
    ]
    speakers = [{"id": "1", "type": "상담사"}, {"id": "2", "type": "고객"}]
    return {"dataSet": {"typeInfo": {"speakers": speakers}, "dialogs": dialogs}}


def read(path: Path) -> Sequence[Utterance]:
    items = list(CorpusSpec("aihub_571", str(path)).entries())
    assert all(isinstance(item, Entry) for item in items)
    return [item.utterance for item in items if isinstance(item, Entry)]


@pytest.mark.parametrize("delivered", ["folder", "zips"])
def test_calls_whose_recordings_lie_in_one_folder_stay_apart(delivered: str, corpus: Any, tmp_path: Path) -> None:
    for name in ("a/call", "b/call", "last"):
        recordings = [f"wav/{name.replace('/', '_')}_{number}.wav" for number in range(4)]
        corpus.json(f"TL.zip/{name}.json", label(*recordings))
        for recording in recordings:
            corpus.wav(f"TS.zip/{recording}")
    found = read(getattr(corpus, delivered)(tmp_path))
    assert {u.call for u in found} == {"a/call", "b/call", "last"}
    assert {u.speaker for u in found} == {f"{call}/{who}" for call in ("a/call", "b/call", "last") for who in "12"}
    assert len({u.id for u in found}) == len(found) == 12


@pytest.mark.parametrize("folder", ["D04/J16/S000001", "calls/first"])
def test_labels_of_single_turns_are_of_one_call(folder: str, corpus: Any, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        corpus.wav(f"{folder}/{number:04d}.wav")
        corpus.json(f"{folder}/{number:04d}.json", label(f"{folder}/{number:04d}.wav"))
    assert [(u.call, u.speaker) for u in read(corpus.folder(tmp_path))] == [(folder, f"{folder}/1")] * 3


def test_one_label_may_tell_of_several_calls(corpus: Any, tmp_path: Path) -> None:
    recordings = ("one/1.wav", "one/2.wav", "two/1.wav", "two/2.wav")
    corpus.json("all.json", label(*recordings))
    for recording in recordings:
        corpus.wav(recording)
    assert [u.call for u in read(corpus.folder(tmp_path))] == ["one", "one", "two", "two"]
