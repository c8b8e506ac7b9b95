"""Labels: prepare counts tokens as training does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kowhisper_tel.train.labels import text_tokens


class OneALetter:
    """A tokenizer that has a token for each character."""

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        return [ord(letter) for letter in text]

    def __call__(self, text: str, *, add_special_tokens: bool) -> SimpleNamespace:
        return SimpleNamespace(input_ids=self.encode(text, add_special_tokens=add_special_tokens))


def test_prepare_counts_the_tokens_that_training_uses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from kowhisper_tel.commands import stages
    from kowhisper_tel.config import Data

    count: list[Callable[[str], int]] = []

    def prepare(*_: Any, count_tokens: Callable[[str], int], **__: Any) -> SimpleNamespace:
        count.append(count_tokens)
        summary = dict.fromkeys(("read", "accepted", "rejected", "left_out"), 0)
        return SimpleNamespace(summary=summary, manifests={"train": None, "test": None})

    monkeypatch.setattr("kowhisper_tel.data.prepare.prepare", prepare)
    monkeypatch.setattr("kowhisper_tel.whisper.model.load_tokenizer", lambda folder: OneALetter())
    monkeypatch.setattr("kowhisper_tel.whisper.resolve.resolve_model", lambda name: tmp_path)
    data = Data.model_validate({"corpora": [{"kind": "demo"}]})
    config = SimpleNamespace(data=data, model="m", seed=1)
    stages.prepare(SimpleNamespace(config=config, manifests=tmp_path / "out", tuned=["phone"]))  # type: ignore[arg-type]
    for text in ("네", " 네, 그래요 "):
        assert count[0](text) == len(text_tokens(OneALetter(), text))
