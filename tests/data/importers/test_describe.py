"""``prepare --describe``: which importer fits a folder, what it finds, and what is in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kowhisper_tel.commands.prepare import description
from kowhisper_tel.config import Data
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.language import choose_language
from kowhisper_tel.data.describe import describe

PRIVATE = "제 이름은 홍길동입니다"


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    choose_language(request.param)
    yield str(request.param)
    choose_language(None)


def call(folder: str, turns: int = 3) -> dict[str, Any]:
    people = [{"id": "1", "type": "고객", "gender": "여", "age": "20대", "telephone_network": "8k"}]
    dialogs = [
        {"speaker": "1", "audioPath": f"{folder}/{n:04d}.wav", "duration": 0.5, "text": f"b/ {PRIVATE}"}
        for n in range(1, turns + 1)
    ]
    return {"dataSet": {"typeInfo": {"category": "금융", "speakers": people}, "dialogs": dialogs}}


@pytest.fixture
def root(corpus: Any, tmp_path: Path) -> Path:
    """Two calls of AI-Hub 571: a recording is missing, one has no label, and an archive is not read."""
    for part, letter, folder in (("1.Training", "T", "D1/J1/S1"), ("2.Validation", "V", "D1/J2/S2")):
        corpus.json(f"{part}/라벨링데이터/{letter}L.zip/{folder}/{folder[-2:]}.json", call(folder))
        for turn in (1, 2, 4) if folder == "D1/J2/S2" else (1, 2, 3):
            corpus.wav(f"{part}/원천데이터/{letter}S.zip/{folder}/{turn:04d}.wav")
    corpus.files["more.tar"] = b"x"
    return Path(corpus.zips(tmp_path / "571"))


def test_what_it_finds(root: Path) -> None:
    found = describe(root)
    assert [(i["kind"], i["labels"]) for i in found["importers"]] == [("aihub_571", 2)]
    assert found["files"] == {".wav": 6, ".json": 2, ".tar": 1}
    assert (found["archives"]["read"], found["archives"]["unread"]) == (4, ["more.tar"])
    assert (found["entries"], found["speakers"], found["calls"]) == (5, 2, 2)
    assert found["rejects"] == {
        "corpus.no_audio": {"count": 1, "examples": ["2.Validation/라벨링데이터/VL.zip/D1/J2/S2/S2.json dialog 3"]},
        "corpus.no_label": {"count": 1, "examples": ["2.Validation/원천데이터/VS.zip/D1/J2/S2/0004.wav"]},
        "corpus.unread": {"count": 1, "examples": ["more.tar"]},
    }
    assert found["audio"] == {
        "recordings": 6,
        "probed": 6,
        "hours": round(3 / 3600, 3),
        "formats": {"8000 Hz, 1 ch, WAV/PCM_16": 6},
        "unreadable": 0,
    }
    assert found["strata"] == {
        "gender": {"female": 5},
        "age": {"20대": 5},
        "role": {"customer": 5},
        "network": {"8k": 5},
    }
    assert (found["splits"], found["own_splits"]) == ({"-": 5}, {"train": 3, "dev": 2})
    assert found["marks"] == {"…/": 5}


def test_hours_of_a_sample_are_by_size(root: Path) -> None:
    audio = describe(root, sample=2)["audio"]
    assert (audio["recordings"], audio["probed"]) == (6, 2)
    assert audio["hours"] == round(3 / 3600, 3)


def test_the_lines_for_a_config_are_valid(root: Path) -> None:
    lines = yaml.safe_load(describe(root)["config"])
    (spec,) = Data.model_validate(lines["data"]).corpora
    assert (spec.kind, spec.path) == ("aihub_571", str(root.resolve()))


def test_it_is_told_in_both_languages_without_a_label_and_nothing_is_written(root: Path, language: str) -> None:
    before = sorted(root.rglob("*"))
    text = description(root)
    assert "aihub_571" in text
    assert "8000 Hz" in text
    assert "kind: aihub_571" in text
    assert ("통화" in text) == (language == "ko")
    for told in (text, description(root, as_json=True)):
        assert PRIVATE not in told
    assert json.loads(description(root, as_json=True))["kind"] == "aihub_571"
    assert sorted(root.rglob("*")) == before


def test_a_refused_archive_is_named_and_the_rest_told(root: Path, language: str) -> None:
    (root / "bad.zip").write_bytes(b"no zip")
    found = describe(root)
    assert [problem["code"] for problem in found["archives"]["refused"]] == ["archive.broken"]
    assert found["importers"][0]["kind"] == "aihub_571"
    assert "entries" not in found
    assert "bad.zip" in description(root)


def test_where_nothing_fits_the_first_json_is_shown(corpus: Any, tmp_path: Path, language: str) -> None:
    corpus.json("meta/a.json", {"info": {"name": PRIVATE}, "turns": [{"say": PRIVATE, "at": [1, 2]}]})
    corpus.wav("meta/a.wav")
    found = describe(corpus.folder(tmp_path / "x"))
    assert found["importers"] == []
    assert found["first_json"] == {"file": "meta/a.json", "fields": ["info.name", "turns[].say", "turns[].at[]"]}
    text = description(tmp_path / "x")
    assert "fields" in text
    assert "turns[].say" in text
    assert PRIVATE not in text


def test_other_kinds_are_recognised(corpus: Any, tmp_path: Path) -> None:
    corpus.wav("a/b.wav")
    corpus.text("a/b.txt", "네")
    found = describe(corpus.folder(tmp_path / "pairs"))
    assert (found["kind"], found["entries"], found["no_speaker"]) == ("folder", 1, 1)
    assert "split_by: utterance" in found["config"]
    (tmp_path / "m.jsonl").write_text('{"audio": "pairs/a/b.wav", "text": "네"}\n', encoding="utf-8")
    assert describe(tmp_path / "m.jsonl")["kind"] == "manifest"


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        describe(tmp_path / "nowhere")
