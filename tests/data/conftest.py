"""Helpers of the data tests: short recordings and manifests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

Tone = Callable[..., Path]
Lines = Callable[..., Path]


@pytest.fixture
def tone(tmp_path: Path) -> Tone:
    """Write a tone: ``tone("a.wav", seconds=1, rate=8000)``; each track sounds its own pitch."""

    def write(
        name: str, *, seconds: float = 0.5, rate: int = 16_000, tracks: int = 1, subtype: str | None = None
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        time_s = np.arange(round(seconds * rate)) / rate
        audio = 0.3 * np.sin(2 * np.pi * np.outer(time_s, 300 * np.arange(1, tracks + 1)))
        soundfile.write(path, audio, rate, subtype=subtype)
        return path

    return write


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    """Write a JSONL file of records in ``tmp_path``; a string stands as it is."""

    def write(*records: dict[str, Any] | str, name: str = "corpus.jsonl") -> Path:
        path = tmp_path / name
        texts = (r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records)
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return path

    return write
