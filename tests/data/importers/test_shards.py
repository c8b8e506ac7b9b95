"""Shards: Parquet and WebDataset, read where they lie; what is broken is named."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from kowhisper_tel.core.audio import RATE, read_audio
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.leaks.weed import LeakRules
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec


def wav(number: int) -> bytes:
    memory = io.BytesIO()
    audio = np.random.default_rng(number).normal(0, 0.1, RATE).astype(np.float32)
    soundfile.write(memory, audio, RATE, format="WAV", subtype="PCM_16")
    return memory.getvalue()


def entries(kind: str, path: Path, **options: Any) -> list[Entry | Reject]:
    return list(CorpusSpec(kind, str(path), options=options).entries())


def parquet(path: Path, rows: int = 7, **changes: Any) -> Path:
    table = {
        "audio": [{"bytes": wav(n), "path": f"{n}.wav"} for n in range(rows)],
        "sentence": [f"안녕 {n}" for n in range(rows)],
        "speaker": [f"s{n}" for n in range(rows)],
        "region": ["서울"] * rows,
    }
    pq.write_table(pa.table({**table, **changes}), path, row_group_size=3)
    return path


def tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as shard:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            shard.addfile(info, io.BytesIO(data))
    return path


def samples(count: int) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for n in range(count):
        label = json.dumps({"text": f"안녕 {n}", "speaker": f"s{n}", "region": "서울"}, ensure_ascii=False)
        files |= {f"a/{n:03d}.wav": wav(n), f"a/{n:03d}.json": label.encode()}
    return files


@pytest.mark.parametrize("kind", ["parquet", "webdataset"])
def test_recordings_in_shards_come_through_the_door_of_all_audio(kind: str, tmp_path: Path) -> None:
    from kowhisper_tel.data.recordings import Recorded, record

    memory = io.BytesIO()
    soundfile.write(memory, np.random.default_rng(0).normal(0, 0.1, 8000), 8000, format="FLAC")
    page = b"<!DOCTYPE html><title>404</title>"
    if kind == "parquet":
        named = [{"bytes": memory.getvalue(), "path": None}, {"bytes": page, "path": None}]
        pq.write_table(pa.table({"audio": named, "text": ["안녕"] * 2}), tmp_path / "a.parquet")
    else:
        label = "안녕".encode()
        tar(tmp_path / "a.tar", {"0.flac": memory.getvalue(), "0.txt": label, "1.wav": page, "1.txt": label})
    found = [item for item in entries(kind, tmp_path) if isinstance(item, Entry)]
    (sound,), (refused,) = (record([entry], tmp_path / "made") for entry in found)
    assert isinstance(sound, Recorded)
    assert (sound.duration_s, sound.header and sound.header.rate_hz) == (1.0, 8000)
    assert isinstance(refused, Reject)
    assert (refused.code, refused.facts["found"][:10]) == ("audio.not_audio", "a web page")


def test_rows_of_parquet_come_with_their_recordings(tmp_path: Path) -> None:
    parquet(tmp_path / "a-00001.parquet")
    parquet(tmp_path / "a-00000.parquet", rows=2)
    found = entries("parquet", tmp_path, columns={"text": "sentence"})
    assert [item.place for item in found[:3]] == [
        "a-00000.parquet[0][0]", "a-00000.parquet[0][1]", "a-00001.parquet[0][0]",
    ]  # fmt: skip
    last = found[-1]
    assert isinstance(last, Entry)
    assert (last.utterance.id, last.utterance.text) == ("a-00001-0002-000000", "안녕 6")
    assert (last.utterance.speaker, last.utterance.tags) == ("s6", {"region": "서울"})
    assert last.content is not None
    assert last.content() == wav(6)


def test_parquet_may_name_files(tmp_path: Path) -> None:
    file = parquet(tmp_path / "a.parquet", rows=2, audio=["x.wav", None])
    good, bad = entries("parquet", file, columns={"text": "sentence"})
    assert isinstance(good, Entry)
    assert good.utterance.audio == str(tmp_path / "x.wav")
    assert isinstance(bad, Reject)
    assert bad.code == "prepare.dataset_audio"


def test_samples_of_tars_come_with_their_recordings(tmp_path: Path) -> None:
    tar(tmp_path / "000.tar", samples(3))
    found = entries("webdataset", tmp_path)
    assert [item.place for item in found] == [f"000.tar: a/{n:03d}" for n in range(3)]
    entry = found[2]
    assert isinstance(entry, Entry)
    assert (entry.utterance.id, entry.utterance.text, entry.utterance.speaker) == ("a/002", "안녕 2", "s2")
    assert entry.content is not None
    assert entry.content() == wav(2)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.wav": b"x"}, "shards.sample"),
        ({"a.txt": b"x"}, "shards.sample"),
        ({"a.wav": b"x", "a.flac": b"x", "a.txt": b"x"}, "shards.sample"),
        ({"a.wav": b"x", "a.json": b"[]"}, "prepare.line"),
        ({"a.wav": b"x", "a.json": b"{}"}, "prepare.column"),
        ({"a.wav": b"x", "a.txt": b"\xff\xff"}, "prepare.line"),
    ],
)
def test_a_sample_that_is_not_whole_is_a_reject(files: dict[str, bytes], code: str, tmp_path: Path) -> None:
    found = entries("webdataset", tar(tmp_path / "a.tar", {**files, "b.wav": b"y", "b.txt": "네".encode()}))
    assert [item.code for item in found if isinstance(item, Reject)] == [code]
    assert [item.utterance.text for item in found if isinstance(item, Entry)] == ["네"]


def test_a_link_in_a_tar_is_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as shard:
        link = tarfile.TarInfo("a.wav")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        shard.addfile(link)
        label = tarfile.TarInfo("a.txt")
        label.size = 1
        shard.addfile(label, io.BytesIO(b"x"))
    (found,) = entries("webdataset", tmp_path / "a.tar")
    assert isinstance(found, Reject)


@pytest.mark.parametrize(("kind", "name"), [("parquet", "a.parquet"), ("webdataset", "a.tar")])
@pytest.mark.parametrize("how", ["cut", "other", "none"])
def test_a_broken_shard_is_named(kind: str, name: str, how: str, tmp_path: Path) -> None:
    file = parquet(tmp_path / name) if kind == "parquet" else tar(tmp_path / name, samples(3))
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] if how == "cut" else b"something else" * 100)
    if how == "none":
        file.unlink()
    with pytest.raises(UserError) as caught:
        entries(kind, tmp_path, **({"columns": {"text": "sentence"}} if kind == "parquet" else {}))
    assert caught.value.code == ("shards.none" if how == "none" else "shards.broken")


@pytest.mark.parametrize("kind", ["parquet", "webdataset"])
def test_prepare_takes_recordings_out_of_shards(kind: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    if kind == "parquet":
        parquet(corpus / "a.parquet")
    else:
        tar(corpus / "a.tar", samples(7))
    options = {"columns": {"text": "sentence"}} if kind == "parquet" else {}
    made = prepare(
        [CorpusSpec(kind, str(corpus), options=options)],
        tmp_path / "out",
        split=SplitSpec.parse("6:2:2"),
        seed=1,
        leaks=LeakRules("off", "off"),
    )
    assert (made.summary["read"], made.summary["accepted"]) == (7, 7)
    manifest = Manifest.read(made.manifests["train"])
    heard = {str(u.speaker): read_audio(manifest.audio_path(u)) for u in manifest}
    for speaker, audio in heard.items():
        expected, _ = soundfile.read(io.BytesIO(wav(int(speaker[1:]))), dtype="float32")
        assert np.array_equal(audio, expected)
