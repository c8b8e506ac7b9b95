"""What lies below a folder: names in any encoding, links, and what cannot be opened."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from kowhisper_tel.data.corpus import CorpusSpec
from kowhisper_tel.data.describe import describe
from kowhisper_tel.data.entry import Entry
from kowhisper_tel.data.prepare import prepare
from kowhisper_tel.data.split import SplitSpec
from kowhisper_tel.data.tree import tree

CP949 = "가".encode("cp949")


def wav(path: str | bytes | Path, seed: int = 0) -> None:
    with open(path, "wb") as file:  # noqa: PTH123 a name in bytes
        soundfile.write(file, np.random.default_rng(seed).normal(0, 0.1, 16_000), 16_000, format="WAV")


def clova(root: Path, *names: str) -> None:
    items = [{"wav": name, "text": "네 좋아요", "speaker_id": "1"} for name in names]
    (root / "list.json").write_text(json.dumps(items), encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
def test_unpacked_names_in_cp949_are_read(tmp_path: Path) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    corpus.mkdir()
    wav(os.fsencode(corpus) + b"/" + CP949 + b".wav")
    clova(corpus, "가.wav")
    assert describe(corpus)["audio"]["unreadable"] == 0
    spec = CorpusSpec("clovacall", str(corpus), split="train")
    made = prepare([spec], out, split=SplitSpec.parse("8:2"), seed=1, workers=1)
    assert (made.summary["accepted"], made.summary["rejected"]) == (1, 0)
    (line,) = made.manifests["train"].read_text(encoding="utf-8").splitlines()
    assert (out / json.loads(line)["audio"]).is_file()


def test_decomposed_names_are_opened_as_they_are(tmp_path: Path) -> None:
    wav(tmp_path / "\u1100\u1161.wav")
    clova(tmp_path, "가.wav")
    (item,) = CorpusSpec("clovacall", str(tmp_path)).entries()
    assert isinstance(item, Entry)
    assert Path(item.utterance.audio).is_file()


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    wav(tmp_path / "a.wav")
    (tmp_path / "dead.wav").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.wav")
    found = tree(tmp_path)
    assert [name for name, _, _ in found.files] == ["a.wav"]
    assert found.unreadable == ["dead.wav", "pipe.wav"]
    clova(tmp_path, "a.wav")
    _, *rest = CorpusSpec("clovacall", str(tmp_path)).entries()
    assert [getattr(item, "code", None) for item in rest] == ["corpus.unreadable"] * 2


def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shut").mkdir()
    scandir: Callable[..., Iterator[Any]] = os.scandir

    def refusing(path: str) -> Iterator[Any]:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert tree(tmp_path).unreadable == ["shut"]


def test_a_label_that_may_not_be_read_is_a_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clova(tmp_path, "a.wav")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (item,) = CorpusSpec("clovacall", str(tmp_path)).entries()
    assert getattr(item, "code", None) == "corpus.unreadable"
