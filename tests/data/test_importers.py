"""Importers: the contract over the registry, and what each reads."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data import importers
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.entry import Entry, Reject


def read(kind: str, path: Path | str, **options: Any) -> list[Entry | Reject]:
    return list(CorpusSpec(kind, str(path), options=options).entries())


def rejected(items: list[Entry | Reject]) -> list[str]:
    return [item.code for item in items if isinstance(item, Reject)]


def test_registry() -> None:
    found = importers.importers()
    assert {"manifest", "folder", "dataset", "demo"} <= found.keys()
    for kind, importer in found.items():
        assert kind == importer.kind == importers.get(kind).kind
        assert importer.reads
        assert all(importer.options.values())


@pytest.mark.parametrize("kind", ["manifest", "folder", "dataset"])
def test_contract(kind: str, tmp_path: Path) -> None:
    """No path, an unknown option and nothing at the path are errors of the user's, not of the program."""
    for spec, code in (
        (CorpusSpec(kind), "prepare.no_path"),
        (CorpusSpec(kind, str(tmp_path), options={"colums": {}}), "prepare.option"),
    ):
        with pytest.raises(UserError) as caught:
            list(spec.entries())
        assert caught.value.code == code


def test_unknown_kind_names_the_near_one() -> None:
    with pytest.raises(UserError, match="Nearest: manifest"):
        importers.get("manifst")


def test_jsonl(lines: Any, tmp_path: Path) -> None:
    path = lines(
        {"id": "1", "audio": "a.wav", "text": "네", "gender": "F", "age": 30, "duration": 2.0},
        {
            "audio": "calls/b.wav",
            "text": "응",
            "start_s": 1,
            "end_s": 2.5,
            "track": 1,
            "speaker": 7,
            "tags": {"noise": "x"},
        },
        "{not json",
        '["a list"]',
        {"audio": "", "text": "네"},
        {"audio": "c.wav", "text": "네", "start_s": "soon"},
        {"audio": "d.wav", "text": 5},
    )
    first, second, *rest = read("manifest", path)
    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    assert first.utterance.audio == str(tmp_path / "a.wav")
    assert first.utterance.tags == {"gender": "F", "age": "30"}
    assert (second.utterance.id, second.utterance.track, second.utterance.speaker) == (
        "calls/b.wav#track1#000001.000-000002.500",
        1,
        "7",
    )
    assert (second.utterance.start_s, second.utterance.end_s, second.utterance.tags) == (1.0, 2.5, {"noise": "x"})
    assert rejected(rest) == ["prepare.line"] * 5
    assert [item.place for item in rest] == [f"corpus.jsonl line {n}" for n in range(3, 8)]


@pytest.mark.parametrize(("name", "sign"), [("c.csv", ","), ("c.tsv", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_tables(name: str, sign: str, encoding: str, tmp_path: Path) -> None:
    rows = [
        ["audio", "text", "speaker", "region"],
        ["a.wav", "여보세요", "김", "서울"],
        ["b.wav", "네", "", ""],
        ["c.wav"],
    ]
    (tmp_path / name).write_bytes("\r\n".join(sign.join(row) for row in rows).encode(encoding))
    first, second, third = read("manifest", tmp_path / name)
    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    assert (first.utterance.text, first.utterance.speaker, first.utterance.tags) == (
        "여보세요",
        "김",
        {"region": "서울"},
    )
    assert (second.utterance.speaker, second.utterance.tags) == (None, {})
    assert isinstance(third, Reject)


@pytest.mark.parametrize("stray", ['b.wav,"네', 'b.wav,"네"요', '"b.wav,네'])
def test_a_stray_quote_costs_its_own_line_alone(stray: str, tmp_path: Path) -> None:
    texts = ["audio,text", '"a.wav","네, ""예"""', stray, "c.wav,네", "", 'd.wav,예 "뭐"', "e.wav"]
    (tmp_path / "c.csv").write_text("\r\n".join(texts), encoding="utf-8", newline="")
    items = read("manifest", tmp_path / "c.csv")
    assert [item.place for item in items] == [f"c.csv line {n}" for n in (2, 3, 4, 6, 7)]
    assert [item.utterance.text for item in items if isinstance(item, Entry)] == ['네, "예"', "네", '예 "뭐"']
    assert rejected(items) == ["prepare.line"] * 2


@pytest.mark.parametrize("place", [0, 1])
def test_a_field_too_long_for_csv_is_named(place: int, tmp_path: Path) -> None:
    rows = ["audio,text", "a.wav,네"]
    rows[place] += "가" * 200_000
    (tmp_path / "c.csv").write_text("\n".join(rows), encoding="utf-8")
    if place:
        assert rejected(read("manifest", tmp_path / "c.csv")) == ["prepare.line"]
    else:
        with pytest.raises(UserError, match=r"c\.csv line 1"):
            read("manifest", tmp_path / "c.csv")


def test_ids_are_made_without_clashes(tone: Any, lines: Any, tmp_path: Path) -> None:
    names = ["kim/a-b.wav", "kim-a/b.wav", "kim/a/b.wav", "kim/a/b.flac"]
    for name in names:
        tone(f"root/{name}")
        (tmp_path / "root" / name).with_suffix(".txt").write_text("네", encoding="utf-8")
    times: list[dict[str, Any]] = [
        {},
        {"track": 0},
        {"track": 1},
        {"start_s": 1},
        {"start_s": 1, "end_s": 2, "track": 1},
    ]
    manifest = lines(*({"audio": name, "text": "네"} | time for name in names for time in times))
    for items in (read("folder", tmp_path / "root"), read("manifest", manifest)):
        ids = [item.utterance.id for item in items if isinstance(item, Entry)]
        assert len(set(ids)) == len(items) >= len(names)


def test_near_columns_are_proposed_and_taken_on_request(lines: Any) -> None:
    path = lines({"path": "a.wav", "sentence": "네", "client_id": "x"})
    with pytest.raises(UserError, match=r"columns: \{audio: path\}"):
        read("manifest", path)
    (entry,) = read("manifest", path, columns={"audio": "path", "text": "sentence", "speaker": "client_id"})
    assert isinstance(entry, Entry)
    assert (entry.utterance.text, entry.utterance.speaker, entry.utterance.tags) == ("네", "x", {})
    with pytest.raises(UserError, match="not a field"):
        read("manifest", path, columns={"voice": "client_id"})


def test_manifest_missing_empty_or_in_no_known_encoding(tmp_path: Path, lines: Any) -> None:
    (tmp_path / "bad.jsonl").write_bytes(b'{"audio": "\xff\xff\xfe"}')
    for path, code in (
        (tmp_path / "none.jsonl", "manifest.missing"),
        (lines(), "prepare.nothing"),
        (tmp_path / "bad.jsonl", "prepare.encoding"),
    ):
        with pytest.raises(UserError) as caught:
            read("manifest", path)
        assert caught.value.code == code


def test_folder_in_a_zip(tone: Any, tmp_path: Path) -> None:
    data = tone("kim/a.wav").read_bytes()
    (tmp_path / "zips").mkdir()
    with zipfile.ZipFile(tmp_path / "zips" / "all.zip", "w") as archive:
        archive.writestr("kim/a.wav", data)
        archive.writestr("kim/a.txt", "네")
        archive.writestr("kim/more.tar", b"")
    entry, *rest = read("folder", tmp_path / "zips", speaker_from="parent")
    assert isinstance(entry, Entry)
    assert (entry.utterance.id, entry.utterance.text, entry.utterance.speaker) == ("all.zip/kim/a.wav", "네", "kim")
    assert entry.content is not None
    assert entry.content() == data
    assert rejected(rest) == ["corpus.unread"]


def test_folder(tone: Any, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name, text in (("kim/a", "네".encode()), ("kim/b", "예".encode("cp949")), ("lee/a", b"\xff\xff\xfe")):
        tone(f"root/{name}.wav")
        (root / f"{name}.txt").write_bytes(text)
    tone("root/lee/alone.flac")
    (root / "lee" / "mute.txt").write_text("네", encoding="utf-8")
    items = read("folder", root, speaker_from="parent", id_prefix="f-")
    entries = [item.utterance for item in items if isinstance(item, Entry)]
    assert [(u.id, u.text, u.speaker) for u in entries] == [
        ("f-kim/a.wav", "네", "kim"),
        ("f-kim/b.wav", "예", "kim"),
    ]
    assert rejected(items) == ["prepare.encoding", "prepare.no_label", "prepare.no_audio"]
    assert all(item.utterance.speaker is None for item in read("folder", root) if isinstance(item, Entry))
    with pytest.raises(UserError, match="speaker_from"):
        read("folder", root, speaker_from="grandparent")
    with pytest.raises(UserError, match="no such folder"):
        read("folder", tmp_path / "nowhere")


@pytest.fixture
def dataset(tone: Any, tmp_path: Path) -> Path:
    """Two splits; recordings stored inside, a class label, an id that is not unique."""
    import datasets

    content = tone("inside.flac").read_bytes()
    rows = {"audio": [{"bytes": content, "path": None}] * 2, "text": ["네", "세 개"], "gender": [0, 1], "id": [3, 3]}
    features = datasets.Features(
        {
            "audio": {"bytes": datasets.Value("binary"), "path": datasets.Value("string")},
            "text": datasets.Value("string"),
            "gender": datasets.ClassLabel(names=["f", "m"]),
            "id": datasets.Value("int64"),
        }
    )
    part = datasets.Dataset.from_dict(rows, features=features).cast_column("audio", datasets.Audio(decode=False))
    folder = tmp_path / "saved"
    datasets.DatasetDict({"train": part, "validation": part}).save_to_disk(str(folder))
    return folder


def test_dataset(dataset: Path) -> None:
    items = [item for item in read("dataset", dataset) if isinstance(item, Entry)]
    assert [(i.utterance.id, i.split) for i in items] == [
        ("saved-train-000000", "train"),
        ("saved-train-000001", "train"),
        ("saved-validation-000000", "dev"),
        ("saved-validation-000001", "dev"),
    ]
    assert items[1].utterance.tags == {"gender": "m"}
    assert items[0].utterance.audio.endswith(".flac")
    assert items[0].content is not None
    assert items[0].content()[:4] == b"fLaC"
    assert [i.split for i in read("dataset", dataset, use="train", keep_splits=False) if isinstance(i, Entry)] == [
        None,
        None,
    ]


def test_dataset_errors(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path, options, code in (
        (tmp_path / "empty", {}, "prepare.dataset"),
        (dataset, {"use": "tset"}, "prepare.dataset_split"),
        (dataset, {"columns": {"text": "sentence"}}, "prepare.column"),
    ):
        with pytest.raises(UserError) as caught:
            read("dataset", path, **options)
        assert caught.value.code == code


def test_the_notation_of_any_corpus_can_be_told(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_text('{"audio": "a.wav", "text": "b/ (3개)/(세 개)"}\n', encoding="utf-8")
    spec = CorpusSpec("manifest", str(tmp_path / "calls.jsonl"), options={"notation": "aihub"})
    assert [entry.notation for entry in spec.entries()] == ["aihub"]
    with pytest.raises(UserError, match="aihub, dialect, plain"):
        list(CorpusSpec("manifest", str(tmp_path / "calls.jsonl"), options={"notation": "ai-hub"}).entries())
