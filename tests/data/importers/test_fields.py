"""Any other corpus, by a layout of field paths."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.entry import Entry, Reject
from tests.data.importers.test_calls import read

TALKS = {
    "area": "대구",
    "calls": [
        {
            "id": "c1",
            "people": [{"no": 1, "sex": "여"}, {"no": 2, "sex": "남"}],
            "turns": [
                {"n": 1, "who": 1, "said": "네 여보세요", "from": 0, "to": 400, "고객질문(요청)": "예"},
                {"n": 2, "who": 2, "said": "안녕하세요", "from": 400, "to": 900.5},
            ],
        },
        {"id": "c2", "people": [], "turns": [{"n": 1, "who": 3, "said": "그래요", "from": "0", "to": "450"}]},
    ],
}
LAYOUT = {
    "records": "calls[].turns[]",
    "audio": "{@folder}/{^.id}.wav",
    "text": "said",
    "id": "{^.id}-{n}",
    "speaker": "{^.id}/{who}",
    "call": "^.id",
    "start_ms": "from",
    "end_ms": "to",
    "tags": {"gender": "^.people[no=who].sex", "region": "$.area", "asked": "고객질문(요청)"},
    "notation": "aihub",
    "raw_rate": 8000,
}


def talks(corpus: Any) -> None:
    corpus.json("labels.zip/set1/talks.json", TALKS)
    for call in ("c1", "c2"):
        corpus.wav(f"audio.zip/set1/{call}.wav", 1.0)


@pytest.mark.parametrize("delivered", ["folder", "zips"])
def test_a_layout(delivered: str, corpus: Any, tmp_path: Path) -> None:
    talks(corpus)
    items = read("fields", getattr(corpus, delivered)(tmp_path), layout=LAYOUT)
    one, two, three = (item.utterance for item in items if isinstance(item, Entry))
    assert (one.id, one.text, one.start_s, one.end_s) == ("c1-1", "네 여보세요", 0.0, 0.4)
    assert (two.speaker, two.call, two.end_s) == ("c1/2", "c1", 0.9005)
    assert one.tags == {"gender": "female", "region": "대구", "asked": "예"}
    assert two.tags == {"gender": "male", "region": "대구"}
    assert three.tags == {"region": "대구"}
    assert one.audio.endswith("set1/c1.wav")
    assert {(item.notation, item.raw_rate) for item in items if isinstance(item, Entry)} == {("aihub", 8000)}


def test_a_file_holds_the_layout(corpus: Any, tmp_path: Path) -> None:
    talks(corpus)
    root, file = corpus.folder(tmp_path / "corpus"), tmp_path / "layout.yaml"
    file.write_text(yaml.safe_dump(LAYOUT, allow_unicode=True), encoding="utf-8-sig")
    assert len(read("fields", root, layout=str(file))) == 3
    before = CorpusSpec("fields", str(root), options={"layout": str(file)}).digest()
    file.write_text(yaml.safe_dump(LAYOUT | {"text": "n"}), encoding="utf-8")
    assert CorpusSpec("fields", str(root), options={"layout": str(file)}).digest() != before


def test_welfare_calls(corpus: Any, tmp_path: Path) -> None:
    """AI-Hub 186, 복지 분야 콜센터 상담: one JSON an utterance, in UTF-8 or cp949, with paths of another machine."""
    for number, encoding in enumerate(("utf-8", "cp949"), 1):
        name = f"01.대학병원/0001/0001_{number:03d}"
        metadata = {"speaker_id": "S001", "speaker_sex": "여", "speaker_age": "40대", "speaker_type": "상담사"}
        label = {
            "inputText": [{"orgtext": f"{number}번 창구로 오세요"}],
            "dialogs": [{"audioPath": f"Y:\\03.원천데이터\\{name}.wav".replace("/", "\\")}],
            "info": [{"metadata": metadata | {"category1": "예약", "sptime_all": "0.5"}}],
        }
        corpus.json(f"2.Validation/라벨링데이터/VL1_01.대학병원.zip/{name}.json", label, encoding)
        corpus.wav(f"2.Validation/원천데이터/VS1_01.대학병원.zip/{name}.wav", 0.5, 16_000)
    layout = """
        audio: dialogs[0].audioPath
        id: "@stem"
        text: inputText[0].orgtext
        speaker: "{@folder}/{info[0].metadata.speaker_id}"
        call: "@folder"
        lasts_s: info[0].metadata.sptime_all
        tags:
          gender: info[0].metadata.speaker_sex
          age: info[0].metadata.speaker_age
          role: info[0].metadata.speaker_type
          category: info[0].metadata.category1
        """
    items = read("fields", corpus.zips(tmp_path), layout=yaml.safe_load(layout), keep_splits=True)
    one, two = (item for item in items if isinstance(item, Entry))
    assert (one.utterance.id, one.utterance.text) == ("0001_001", "1번 창구로 오세요")
    assert (two.utterance.id, two.utterance.text) == ("0001_002", "2번 창구로 오세요")
    assert (one.utterance.speaker, one.utterance.call, one.lasts_s, one.split) == ("0001/S001", "0001", 0.5, "dev")
    assert one.utterance.tags == {"gender": "female", "age": "40대", "role": "agent", "category": "예약"}


@pytest.mark.parametrize(("labels", "sign"), [(".csv", ","), (".tsv", "\t")])
def test_tables(labels: str, sign: str, corpus: Any, tmp_path: Path) -> None:
    rows = [["file", "말 (전사)", "track"], ["recording1", "네", "1"], ["recording2", "응"], ["recording3", "", "0"]]
    text = "\r\n".join(sign.join(row) for row in rows)
    corpus.text(f"list{labels}", text, "utf-8-sig")
    for number in (1, 2, 3):
        corpus.wav(f"a/recording{number}.wav", 0.1)
    layout = {"labels": labels, "audio": "file", "text": "말 (전사)", "track": "track"}
    items = read("fields", corpus.folder(tmp_path), layout=layout)
    one, short, empty, unnamed = items
    assert isinstance(one, Entry)
    assert (one.utterance.id, one.utterance.text, one.utterance.track) == ("recording1", "네", 1)
    assert isinstance(short, Reject)
    assert (short.place, short.code, "`file`" in str(short.facts) or "file" in short.facts["problem"]) == (
        f"list{labels} record 2",
        "corpus.layout",
        True,
    )
    assert isinstance(empty, Entry)
    assert isinstance(unnamed, Reject)
    assert unnamed.code == "corpus.no_label"


def test_json_lines(corpus: Any, tmp_path: Path) -> None:
    """A broken line costs itself alone."""
    lines = [{"wav": "recording1", "text": "네"}, {"wav": "recording2"}, {"wav": "recording3", "text": ["네"]}]
    text = "\n".join([*(json.dumps(line) for line in lines), "{broken", "", json.dumps(lines[0] | {"wav": "none"})])
    corpus.text("a.jsonl", text)
    for number in (1, 2, 3):
        corpus.wav(f"recording{number}.wav", 0.1)
    items = read("fields", corpus.folder(tmp_path), layout={"labels": ".jsonl", "audio": "wav", "text": "text"})
    rejects = [item for item in items if isinstance(item, Reject)]
    assert Counter(item.code for item in rejects) == {
        "corpus.layout": 3,
        "corpus.no_audio": 1,
        "corpus.no_label": 2,
    }
    assert [item.place for item in rejects[:3]] == [f"a.jsonl record {n}" for n in (2, 3, 4)]
    assert ["text" in item.facts["problem"] for item in rejects[:2]] == [True, True]


def test_a_pattern_picks_the_labels(corpus: Any, tmp_path: Path) -> None:
    talks(corpus)
    corpus.json("about.json", {"a": 1})
    root = corpus.zips(tmp_path)
    assert Counter(getattr(i, "code", "read") for i in read("fields", root, layout=LAYOUT)) == {
        "read": 3,
        "corpus.layout": 1,
    }
    items = read("fields", root, layout=LAYOUT | {"labels": "set1/*.json"})
    assert [type(item) for item in items] == [Entry] * 3


def test_texts_in_files_of_their_own(corpus: Any, tmp_path: Path) -> None:
    corpus.json("a/info.json", [{"n": "recording1"}, {"n": "recording2"}])
    corpus.text("a/recording1.txt", "네\n", "cp949")
    for number in (1, 2):
        corpus.wav(f"a/recording{number}.wav", 0.1)
    one, two = read("fields", corpus.folder(tmp_path), layout={"audio": "n", "text_file": "{n}.txt"})
    assert isinstance(one, Entry)
    assert one.utterance.text == "네"
    assert isinstance(two, Reject)
    assert two.code == "corpus.no_text"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"text": "text"}, "text"),
        ({"speaker": "who", "id": "^.nr"}, "^.nr"),
        ({"start_ms": "begins"}, "begins"),
        ({"audio": "{@folder}/{file}.wav"}, "file"),
    ],
)
def test_a_path_that_no_record_has_rejects_each(change: dict[str, str], path: str, corpus: Any, tmp_path: Path) -> None:
    talks(corpus)
    items = read("fields", corpus.zips(tmp_path), layout=LAYOUT | change)
    misfits = [item for item in items if isinstance(item, Reject) and item.code == "corpus.layout"]
    assert [item.place for item in misfits] == [f"labels.zip/set1/talks.json record {n}" for n in (1, 2, 3)]
    assert all(f"'{path}'" in item.facts["problem"] for item in misfits)
    assert not any(isinstance(item, Entry) for item in items)


def test_records_that_lead_to_no_list(corpus: Any, tmp_path: Path) -> None:
    talks(corpus)
    items = read("fields", corpus.zips(tmp_path), layout=LAYOUT | {"records": "calls[].talks[]"})
    misfits = [item for item in items if isinstance(item, Reject) and item.code == "corpus.layout"]
    assert [item.facts["problem"] for item in misfits] == ["no field 'calls[].talks[]'"] * 2


@pytest.mark.parametrize(
    ("layout", "code", "names"),
    [
        (None, "fields.none", "layout"),
        ([], "fields.none", "layout"),
        ("nowhere.yaml", "fields.missing", "nowhere.yaml"),
        ({}, "fields.needs", "audio"),
        ({"audio": "a"}, "fields.needs", "text_file"),
        ({"audio": "a", "text": "b", "speeker": "c"}, "fields.key", "Nearest: speaker"),
        ({"audio": "a", "text": "b", "text_file": "c"}, "fields.both", "text_file"),
        ({"audio": "a", "text": "b", "end_s": "c", "end_ms": "d"}, "fields.both", "end_ms"),
        ({"audio": "a", "text": "b..c"}, "fields.path", "text: b..c"),
        ({"audio": "{a", "text": "b"}, "fields.path", "audio: {a"),
        ({"audio": "{a}{}", "text": "b"}, "fields.path", "audio"),
        ({"audio": "a", "text": 5}, "fields.path", "text: 5"),
        ({"audio": "a", "text": "b", "records": "a[0"}, "fields.path", "records: a[0"),
        ({"audio": "a", "text": "b", "records": 3}, "fields.path", "records: 3"),
        ({"audio": "a", "text": "b", "tags": ["c"]}, "fields.value", "tags"),
        ({"audio": "a", "text": "b", "tags": {"sex": "@me"}}, "fields.path", "tags.sex: @me"),
        ({"audio": "a", "text": "b", "raw_rate": "8k"}, "fields.value", "raw_rate"),
        ({"audio": "a", "text": "b", "raw_rate": 0}, "fields.value", "raw_rate"),
        ({"audio": "a", "text": "b", "notation": 5}, "notation.unknown", "aihub"),
        ({"audio": "a", "text": "b", "labels": ".xml"}, "fields.labels", ".xml"),
        ({"audio": "a", "text": "b", "labels": [".json"]}, "fields.labels", "labels"),
    ],
)
def test_a_mistake_in_the_layout_is_named(layout: Any, code: str, names: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read("fields", tmp_path, layout=layout)
    assert caught.value.code == code
    assert names in caught.value.text("en")
    assert caught.value.text("ko")


def test_a_layout_that_is_no_yaml(tmp_path: Path) -> None:
    file = tmp_path / "layout.yaml"
    file.write_text("audio: {@folder}/x: [", encoding="utf-8")
    with pytest.raises(UserError, match=r"layout\.yaml is no YAML"):
        read("fields", tmp_path, layout=str(file))


def test_a_time_that_is_no_number(corpus: Any, tmp_path: Path) -> None:
    talks(corpus)
    corpus.edit_json("labels.zip/set1/talks.json", lambda d: d["calls"][0]["turns"][0].update({"from": "곧"}))
    items = read("fields", corpus.zips(tmp_path), layout=LAYOUT)
    assert Counter(getattr(item, "code", "read") for item in items) == {"read": 2, "corpus.layout": 1}
