"""A run without known calls says that no window begins with what was said before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from kowhisper_tel.commands import stages
from kowhisper_tel.config import Train
from kowhisper_tel.core.manifest import Manifest
from kowhisper_tel.core.utterance import Utterance


@pytest.mark.parametrize(
    ("call", "train", "told"),
    [(None, Train(), True), ("c1", Train(), False), (None, Train(previous_share=0), False)],
)
def test_a_share_that_cannot_be_is_told(
    call: str | None, train: Train, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [replace(Utterance("a", "a.wav", "네"), id=name, audio=f"{name}.wav", call=call) for name in "ab"]
    Manifest(tmp_path, tuple(rows)).write(tmp_path / "train.jsonl")
    stages._tell_calls(SimpleNamespace(config=SimpleNamespace(train=train), manifests=tmp_path))  # type: ignore[arg-type]
    said = capsys.readouterr()
    assert ("previous_share" in said.out + said.err) == told
