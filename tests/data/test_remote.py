"""Remote: a manifest by its URL, and nothing else is fetched."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
import soundfile

from kowhisper_tel.core.audio import RATE
from kowhisper_tel.core.errors import UserError
from kowhisper_tel.data import recordings
from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.entry import Entry, Reject
from kowhisper_tel.data.leaks.weed import LeakRules
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec


@pytest.fixture
def storage() -> Iterator[Any]:
    """A storage by URL, in memory: one call of a minute, and a manifest of its stretches."""
    system = fsspec.filesystem("memory")
    memory = io.BytesIO()
    noise = np.random.default_rng(1).normal(0, 0.1, 60 * RATE)
    soundfile.write(memory, noise, RATE, format="FLAC")
    system.pipe("/calls/audio/one.flac", memory.getvalue())
    lines = [
        {"id": f"u{n}", "audio": "audio/one.flac", "text": f"네 {n}", "start_s": 6.0 * n, "end_s": 6.0 * n + 4,
         "speaker": f"s{n}"}
        for n in range(8)
    ]  # fmt: skip
    lines.append({"id": "gone", "audio": "audio/gone.flac", "text": "네", "speaker": "s9"})
    system.pipe("/calls/corpus.jsonl", "\n".join(json.dumps(line) for line in lines).encode())
    yield system
    system.store.clear()


def test_a_remote_manifest_is_prepared_and_each_file_fetched_once(
    storage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    whole = recordings.as_file

    def counted(entry: Entry) -> Any:
        fetched.append(entry.utterance.audio)
        return whole(entry)

    monkeypatch.setattr(recordings, "as_file", counted)
    made = prepare(
        [CorpusSpec("manifest", "memory://calls/corpus.jsonl")],
        tmp_path / "out",
        split=SplitSpec.parse("6:2:2"),
        seed=1,
        leaks=LeakRules("off", "off"),
        max_reject_share=0.5,
    )
    assert (made.summary["read"], made.summary["accepted"], made.summary["rejected"]) == (9, 8, 1)
    assert fetched == ["memory://calls/audio/one.flac", "memory://calls/audio/gone.flac"]
    reject = json.loads((tmp_path / "out" / "rejects.jsonl").read_text())
    assert (reject["id"], reject["code"]) == ("gone", "remote.failed")


@pytest.mark.parametrize("audio", ["s3://other/a.wav", "/etc/passwd", "../other/a.wav"])
def test_a_manifest_names_nothing_outside_its_folder(audio: str, storage: Any) -> None:
    line = json.dumps({"id": "a", "audio": audio, "text": "네"})
    storage.pipe("/calls/other.jsonl", line.encode())
    (found,) = CorpusSpec("manifest", "memory://calls/other.jsonl").entries()
    assert isinstance(found, Reject)
    assert found.code == "prepare.line"


def test_a_local_manifest_fetches_nothing(tmp_path: Path, storage: Any) -> None:
    line = json.dumps({"id": "a", "audio": "memory://calls/audio/one.flac", "text": "네"})
    (tmp_path / "m.jsonl").write_text(line)
    (found,) = CorpusSpec("manifest", str(tmp_path / "m.jsonl")).entries()
    assert isinstance(found, Entry)
    assert found.content is None


@pytest.mark.parametrize(
    ("url", "code"), [("memory://calls/none.jsonl", "remote.failed"), ("nowhere://a/m.jsonl", "remote.missing")]
)
def test_what_cannot_be_fetched_is_named(url: str, code: str, storage: Any) -> None:
    with pytest.raises(UserError) as caught:
        list(CorpusSpec("manifest", url).entries())
    assert caught.value.code == code


def test_a_change_shows(storage: Any) -> None:
    spec = CorpusSpec("manifest", "memory://calls/corpus.jsonl")
    before = spec.digest()
    assert spec.digest() == before
    storage.pipe("/calls/corpus.jsonl", b"{}")
    assert spec.digest() != before
