"""Corpora made up in the layouts of real ones: as folders, and as the zips that they are delivered in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile


class Cp949(zipfile.ZipInfo):
    """A member whose name is written as Korean Windows does: in cp949, without a word about it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 zipfile's name
        return self.filename.encode("cp949"), 0


def sound(seconds: float = 0.5, rate: int = 8_000, seed: int = 0) -> bytes:
    """A WAV file of noise: 16-bit, mono."""
    samples = np.random.default_rng(seed).normal(0, 0.1, round(seconds * rate))
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


@dataclass
class Corpus:
    """The files of a corpus. In names ``TL1.zip/`` is a zip where it is delivered, and the folder ``TL1/`` unpacked."""

    files: dict[str, bytes] = field(default_factory=dict)

    def wav(self, name: str, seconds: float = 0.5, rate: int = 8_000) -> None:
        self.files[name] = sound(seconds, rate, seed=len(self.files))

    def pcm(self, name: str, seconds: float = 0.5, rate: int = 16_000) -> None:
        self.files[name] = sound(seconds, rate, seed=len(self.files))[44:]

    def text(self, name: str, text: str, encoding: str = "utf-8") -> None:
        self.files[name] = text.encode(encoding)

    def json(self, name: str, data: Any, encoding: str = "utf-8") -> None:
        self.text(name, json.dumps(data, ensure_ascii=False, indent=1), encoding)

    def edit_json(self, name: str, change: Callable[[Any], object]) -> None:
        data = json.loads(self.files[name].decode("utf-8-sig"))
        change(data)
        self.json(name, data)

    def folder(self, root: Path) -> Path:
        """Write it unpacked."""
        for name, data in self.files.items():
            file = root / name.replace(".zip/", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return root

    def zips(self, root: Path) -> Path:
        """Write it as delivered: what has a zip in its name packed, names in cp949."""
        archives: dict[Path, list[tuple[str, bytes]]] = {}
        for name, data in self.files.items():
            outer, packed, inner = name.partition(".zip/")
            file = root / (f"{outer}.zip" if packed else outer)
            file.parent.mkdir(parents=True, exist_ok=True)
            if packed:
                archives.setdefault(file, []).append((inner, data))
            else:
                file.write_bytes(data)
        for file, members in archives.items():
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in members:
                    archive.writestr(Cp949(name), data, zipfile.ZIP_DEFLATED)
        return root


@pytest.fixture
def corpus() -> Corpus:
    """A corpus without any files yet."""
    return Corpus()
