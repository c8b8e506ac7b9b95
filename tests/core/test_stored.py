"""A large manifest on disk is the manifest in memory, and takes no more than its places."""

from __future__ import annotations

import os
import pickle
import tracemalloc
from pathlib import Path

import pytest

from kowhisper_tel.core import manifest as manifests
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.core.files import fingerprint, fingerprint_of
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.stored import StoredUtterances
from kowhisper_tel.core.utterance import Utterance

GOOD = '{"id": "가", "audio": "a.wav", "text": "네"}'


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "LARGE_BYTES", 0)


def write(path: Path, count: int) -> tuple[Utterance, ...]:
    utterances = tuple(
        Utterance(f"발화{n}", f"{n // 7}.wav", f"네 {n}", n, n + 2.5, tags={"n": "x"}) for n in range(count)
    )
    Manifest(path.parent, utterances).write(path)
    return utterances


def test_it_reads_as_one_in_memory(on_disk: None, tmp_path: Path) -> None:
    utterances = write(tmp_path / "m.jsonl", 50)
    lines = (tmp_path / "m.jsonl").read_bytes().split(b"\n")
    (tmp_path / "m.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\n\n".join(lines))
    found = Manifest.read(tmp_path / "m.jsonl")
    assert isinstance(found.utterances, StoredUtterances)
    assert tuple(found) == tuple(found.utterances[n] for n in range(50)) == utterances
    assert found.utterances[-1] == utterances[-1]
    assert list(found.utterances[3:9:2]) == list(utterances[3:9:2])
    assert len(found) == 50
    with pytest.raises(IndexError):
        found.utterances[50]
    again = pickle.loads(pickle.dumps(found))
    assert again.utterances[7] == utterances[7]
    assert tuple(found.only(["발화3"])) == utterances[3:4]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "manifest.line"),
        (GOOD, "manifest.duplicate"),
        ('{"id": "b", "audio": "a.wav", "text": "네", "start_s": 4.0, "end_s": 3.2}', "manifest.times"),
    ],
)
def test_a_bad_line_is_named_as_ever(line: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    told = []
    for large in (0, 1 << 20):
        monkeypatch.setattr(manifests, "LARGE_BYTES", large)
        with pytest.raises(UserError) as caught:
            Manifest.read(path)
        told.append((caught.value.code, caught.value.facts))
    assert told[0] == told[1]
    assert told[0][0] == code


def test_an_empty_one_and_another_encoding_are_named(on_disk: None, tmp_path: Path) -> None:
    for content, code in ((b"\n\n", "manifest.empty"), (GOOD.encode("cp949"), "manifest.encoding")):
        (tmp_path / "m.jsonl").write_bytes(content)
        with pytest.raises(UserError) as caught:
            Manifest.read(tmp_path / "m.jsonl")
        assert caught.value.code == code


def test_a_file_that_changes_is_refused(on_disk: None, tmp_path: Path) -> None:
    write(tmp_path / "m.jsonl", 5)
    found = Manifest.read(tmp_path / "m.jsonl")
    os.utime(tmp_path / "m.jsonl", (1, 1))
    for use in (lambda: found.utterances[0], lambda: list(found)):
        with pytest.raises(UserError) as caught:
            use()
        assert caught.value.code == "manifest.changed"


def test_it_holds_a_few_bytes_an_utterance(on_disk: None, tmp_path: Path) -> None:
    count = 20_000
    write(tmp_path / "m.jsonl", count)
    tracemalloc.start()
    try:
        found = Manifest.read(tmp_path / "m.jsonl")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == count
    assert held < 20 * count


def test_a_fingerprint_bit_by_bit_is_that_of_the_list() -> None:
    for values in ([], [1], [{"b": "나", "a": 1.5}, None, [2]]):
        assert fingerprint_of(iter(values)) == fingerprint(values)
